/** Manifests of pods with a proxy for which no rules follow: never green. */
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/api/kubernetes/index.ts';
import { trace } from '../../src/api/library/index.ts';
import { chainwalk } from './memoryIo.ts';

const pod = (container: string, annotations = '{}') => `apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, annotations: ${annotations}}
spec:
  containers:
    - {name: app, image: registry.example/app}
    - ${container}
`;
const STATUS = "{sidecar.istio.io/status: '{}'}";
const ROUTER = '{name: istio-proxy, image: proxy, args: [proxy, router]}';

const run = (text: string, ...argv: readonly string[]) => {
  const [command = '', ...rest] = argv;
  return chainwalk([command, 'pod.yaml', ...rest], { files: { 'pod.yaml': text } });
};

const expectDirect = (text: string) =>
  chainwalk(['expect', 'e.yaml'], {
    files: { 'pod.yaml': text, 'e.yaml': 'manifest: pod.yaml\npackets:\n  - {packet: "out tcp -> 203.0.113.9:443", outcome: direct}\n' },
  });

describe('a pod with a proxy, as a manifest', { timeout: 60_000 }, () => {
  it('of Istio, for which no rules are written: NOT CAPTURED, exit 1', async () => {
    const text = pod('{name: istio-proxy, image: proxy, args: [proxy, sidecar]}', STATUS);
    const enrolled = await run(text, 'enrol');
    expect([enrolled.code, enrolled.out.split('\n')[0]]).toEqual([1, 'NOT CAPTURED: no-istio-init; 1 error']);
    const verified = await run(text, 'verify');
    expect(verified.code).toBe(1);
    expect(verified.out).toMatch(/^NOT CAPTURED: \d+ error/);
    const json = await run(text, 'verify', '--json');
    expect([json.code, json.out]).toEqual([1, expect.stringContaining('NOT CAPTURED: the pod has a container istio-proxy')]);
    for (const options of [[], ['--brief'], ['--json']]) {
      const { code, out } = await run(text, 'trace', 'out tcp -> 203.0.113.9:443', '--expect', 'direct', ...options);
      expect([code, out.replace(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('NOT CAPTURED: the pod has a container istio-proxy')]);
    }
    const expected = await expectDirect(text);
    expect([expected.code, expected.out.replace(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('NOT CAPTURED: the pod has')]);
    // which of them captures it is what it asks
    expect((await run(text, 'approaches')).code).toBe(0);
  });

  it.each([
    ['Linkerd', pod('{name: linkerd-proxy, image: proxy}')],
    ['Linkerd', pod('{name: web, image: web}', '{linkerd.io/inject: enabled}')],
    ['Kuma', pod('{name: kuma-sidecar, image: proxy}')],
    ['Consul', pod('{name: web, image: web}', '{consul.hashicorp.com/connect-inject: "true"}')],
  ])('of %s: its rules are not Istio’s, exit 2', async (title, text) => {
    for (const command of ['enrol', 'verify']) {
      const { code, out } = await run(text, command);
      expect(code).toBe(2);
      expect(out.replace(/\s+/g, ' ')).toContain(`a pod of ${title}: its rules do not follow from manifests`);
    }
    const traced = await run(text, 'trace', 'out tcp -> 203.0.113.9:443');
    expect([traced.code, traced.out.split('\n')[0]]).toEqual([2, expect.stringMatching(`^UNDECIDED a pod of ${title}`)]);
    const json = await run(text, 'trace', 'out tcp -> 203.0.113.9:443', '--json');
    expect([json.code, JSON.parse(json.out)]).toEqual([2, expect.objectContaining({ outcome: 'undecided', legs: [] })]);
    const approaches = await run(text, 'approaches');
    expect([approaches.code, approaches.out]).toEqual([
      2,
      expect.stringMatching(/^captured +not known +not known +not known +not known$/m),
    ]);
    expect(await expectDirect(text)).toMatchObject({ code: 1, out: expect.stringContaining('undecided') });
  });

  it.each(['{linkerd.io/inject: enabled}', '{sidecar.istio.io/inject: "false"}'])(
    'of another mesh, %s: its verdict is unknown',
    async (annotations) => {
      const text = pod('{name: linkerd-proxy, image: proxy}', annotations);
      const { out } = await run(text, 'enrol', '--json');
      expect(JSON.parse(out)).toMatchObject({
        pods: [{ verdict: 'unknown', by: null, decidedBy: '', because: expect.stringContaining('a pod of Linkerd') as unknown }],
        summary: { captured: 0, skipped: 0, blocked: 0, unknown: 1 },
      });
      expect((await run(text, 'enrol')).out).toMatch(/^NOT CHECKED: a pod of Linkerd; 1 error\n/);
      expect(readManifests(text).pods[0]?.verdict).toBe('unknown');
      const approaches = JSON.parse((await run(text, 'approaches', '--json')).out) as {
        readonly pods: readonly { readonly approaches: readonly object[] }[];
      };
      expect(approaches.pods[0]?.approaches[0]).toMatchObject({ verdict: 'unknown', initContainers: [] });
    },
  );

  it('a guest of KubeVirt is not checked where the mesh is requested, and not captured elsewhere', async () => {
    const guest = (labels: string) =>
      `apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: vm, namespace: shop}\nspec: {template: {metadata: {labels: ${labels}}, spec: {domain: {devices: {}}}}}\n`;
    const asked = await run(guest('{sidecar.istio.io/inject: "true"}'), 'verify');
    expect([asked.code, asked.out.replace(/\s+/g, ' ')]).toEqual([2, expect.stringContaining('virt-launcher writes rules of its own')]);
    expect((await run(guest('{sidecar.istio.io/inject: "false"}'), 'verify')).code).toBe(0);
  });

  it('in ci it fails with exit code 2, the others are checked, and a comment accepts it', async () => {
    const text = pod('{name: web, image: web}', '{linkerd.io/inject: enabled}');
    const ask = (linkerd: string) =>
      chainwalk(['ci', '--json'], {
        files: {
          'chainwalk.config.yaml': 'groups: [{ files: "*.yaml" }]\n',
          'a.yaml': linkerd,
          'b.yaml': pod('{name: b, image: b}').replace('name: web', 'name: b'),
        },
      });
    const { code, out } = await ask(text);
    expect([code, JSON.parse(out).subjects.length]).toEqual([2, 2]);
    const accepted = text.replace(/^(.*linkerd.io\/inject)/m, '# chainwalk-disable-next-line pod-captured -- of Linkerd\n$1');
    expect((await ask(accepted)).code).toBe(0);
  });

  it('of another mesh: rules of which nothing is known are not equal to any', async () => {
    const of = async (base: string, head: string) =>
      chainwalk(['diff', 'base.yaml', 'head.yaml'], { files: { 'base.yaml': base, 'head.yaml': head } });
    const linkerd = pod('{name: linkerd-proxy, image: proxy}');
    expect((await of(linkerd, pod('{name: web, image: web}'))).code).toBe(1);
    expect((await of(linkerd, pod('{name: linkerd-proxy, image: proxy}', '{config.linkerd.io/skip-outbound-ports: "443"}'))).code).toBe(1);
    expect((await of(linkerd, `# a comment\n${linkerd}`)).code).toBe(0);
    const [read] = readManifests(linkerd).pods;
    expect(read).toMatchObject({ rendered: null, rulesets: [] });
    expect(() => trace(read?.rulesets ?? '', 'out tcp -> 203.0.113.9:443')).toThrow('there are no rules');
  });

  it.each([
    ['a gateway', pod(ROUTER, STATUS)],
    ['no injection wanted', pod('{name: web, image: web}', '{linkerd.io/inject: disabled, sidecar.istio.io/inject: "false"}')],
  ])('%s is not meant to be captured', async (_, text) => {
    const { code, out } = await run(text, 'enrol');
    expect([code, out]).toEqual([0, expect.stringMatching(/^NOT MEANT TO BE CAPTURED: /)]);
  });
});
