/** Included ranges that are given and empty capture nothing that is sent; only where nobody gives them all is captured. As Istio's template,
 *  its CNI plugin and istio-iptables read them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chainwalk } from '../../cli/memoryIo.ts';

const web = readFileSync(new URL('../../../fixtures/pods/web.yaml', import.meta.url), 'utf8');
const annotated = (line: string) =>
  web.replace(
    '      labels:\n        app: web\n    spec',
    `      annotations:\n        ${line}\n      labels:\n        app: web\n    spec`,
  );
const RANGES = 'traffic.sidecar.istio.io/includeOutboundIPRanges';
const injected = (init: string) =>
  [
    'kind: Pod',
    'metadata: { name: a, namespace: shop, annotations: { sidecar.istio.io/status: "{}" } }',
    `spec: { initContainers: [{ name: istio-init, ${init} }], containers: [{ name: app }, { name: istio-proxy }] }`,
    '',
  ].join('\n');
const ARGS = '"-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-b", "*"';
const FILES = {
  'absent.yaml': web,
  'empty.yaml': annotated(`${RANGES}: ""`),
  'null.yaml': annotated(`${RANGES}:`),
  'star.yaml': annotated(`${RANGES}: "*"`),
  'args.yaml': injected(`args: ["istio-iptables", ${ARGS}, "-i", ""]`),
  'joined.yaml': injected(`args: ["istio-iptables", ${ARGS}, "--istio-service-cidr="]`),
  'unsaid.yaml': injected(`args: ["istio-iptables", ${ARGS}]`),
  'env.yaml': injected(`args: ["istio-iptables", ${ARGS}], env: [{ name: ISTIO_SERVICE_CIDR, value: "" }]`),
  'flag-wins.yaml': injected(`args: ["istio-iptables", ${ARGS}, "-i", "*"], env: [{ name: ISTIO_SERVICE_CIDR, value: "" }]`),
  'none.values.yaml': 'global: { proxy: { includeIPRanges: "" } }\n',
  'settings.json': '{ "istio-inbound-ports": "*", "istio-service-cidr": "" }',
  'all.json': '{ "istio-inbound-ports": "*", "istio-service-cidr": "*" }',
};
const run = (...argv: readonly string[]) => chainwalk(argv, { files: FILES });
const outcome = async (...argv: readonly string[]) =>
  (JSON.parse((await run('trace', '--json', ...argv, 'out tcp -> 203.0.113.9:443 uid=1000')).out) as { readonly outcome: string }).outcome;

describe('included outbound ranges of a pod', () => {
  it.each([
    ['absent.yaml', 'captured-out', 'captured-out'],
    ['star.yaml', 'captured-out', 'captured-out'],
    ['empty.yaml', 'direct', 'direct'],
    ['null.yaml', 'direct', 'direct'],
  ])('%s: %s by istio-init, %s by the CNI plugin', async (file, init, cni) => {
    expect([await outcome(file, '--mode', 'init'), await outcome(file, '--mode', 'cni')]).toEqual([init, cni]);
  });

  // injection writes no empty value of the chart on the pod, and the plugin has its own default in its place
  it('an empty Helm value is empty for istio-init, and unsaid for the CNI plugin', async () => {
    const values = ['--values', 'none.values.yaml'];
    expect(await outcome('absent.yaml', '--mode', 'init', ...values)).toBe('direct');
    expect(await outcome('absent.yaml', '--mode', 'cni', ...values)).toBe('captured-out');
    expect(await outcome('star.yaml', '--mode', 'init', ...values)).toBe('captured-out');
  });

  it.each([
    ['args.yaml', 'direct'],
    ['joined.yaml', 'direct'],
    ['unsaid.yaml', 'direct'],
    ['env.yaml', 'direct'],
    ['flag-wins.yaml', 'captured-out'],
  ])('as arguments and environment of istio-init: %s, %s', async (file, wanted) => {
    expect(await outcome(file)).toBe(wanted);
  });

  it('in settings', async () => {
    const jumps = async (file: string) => /^-A ISTIO_OUTPUT -j ISTIO_REDIRECT$/m.test((await run('render', '--settings', file)).out);
    expect([await jumps('settings.json'), await jumps('all.json')]).toEqual([false, true]);
  });

  it('verify and enrol name the setting; what arrives is captured all the same', async () => {
    const { code, out } = await run('verify', 'empty.yaml', '--only', 'outbound-captured,inbound-captured,exclusion-not-overbroad');
    expect([code, out]).toEqual([1, expect.stringContaining('the included ranges are empty')]);
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /error: outbound-captured .*cause annotation traffic\.sidecar\.istio\.io\/includeOutboundIPRanges, empty\.yaml/,
    );
    expect(out).not.toContain('error: inbound-captured');
    expect((await run('enrol', 'empty.yaml')).out).toContain('--istio-service-cidr ""');
    expect((await run('diff', 'absent.yaml', 'empty.yaml')).out).toContain('CAPTURED outbound -> DIRECT');
  });
});
