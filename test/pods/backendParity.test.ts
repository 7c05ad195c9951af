/** The claim `backend-parity`: what sets Istio's two backends apart for a pod or for settings, each by its name and at its level. */
import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from '../cli/memoryIo.ts';

const T = 'traffic.sidecar.istio.io';
const METADATA = (text: string) => ({ 'proxy.istio.io/config': `proxyMetadata: {${text}}` });
const TPROXY = { 'sidecar.istio.io/interceptionMode': 'TPROXY' };
const BOTH = ['10.244.0.5', 'fd00::5'];

interface Pod {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly addresses?: readonly string[];
  readonly args?: string;
}

function manifest({ annotations = {}, addresses = ['10.244.0.5'], args }: Pod): string {
  const all = { ...annotations, ...(args === undefined ? {} : { 'sidecar.istio.io/status': '{}' }) };
  return `kind: Pod
metadata: {name: a, namespace: s, annotations: ${JSON.stringify(all)}}
spec:
  containers: [{name: a, securityContext: {runAsUser: 1000}}${args === undefined ? '' : ', {name: istio-proxy, args: [proxy, sidecar]}'}]
  ${args === undefined ? '' : `initContainers: [{name: istio-init, args: [istio-iptables, ${args}]}]`}
status: {podIPs: [${addresses.map((ip) => `{ip: "${ip}"}`).join(', ')}]}
`;
}

const ONLY = ['--only', 'backend-parity'];

async function judged(text: string, options: readonly string[] = [], file = 'pod.yaml') {
  const { out, err, code } = await chainwalk(['verify', file, ...ONLY, '--json', ...options], { files: { [file]: text } });
  if (out === '') throw new Error(err);
  const { findings } = JSON.parse(out) as VerifyReport;
  const said = findings.map(({ family, verdict, level, reason = '' }) => {
    const name = /^(nft-[\w-]+): /.exec(reason)?.[1] ?? reason;
    return `${family} ${verdict === 'violated' ? level : verdict} ${name}`.trim();
  });
  return { code, said, findings };
}

type Row = readonly [title: string, pod: Pod, options: readonly string[], said: readonly string[]];

const NO_USER = 'ipv4 info nft-no-user';

const PODS: readonly Row[] = [
  ['a pod without settings of its own', {}, [], [NO_USER]],
  ['the CNI plugin', {}, ['--mode', 'cni'], [NO_USER]],
  ['ambient', {}, ['--mode', 'ambient'], ['ipv4 holds']],
  ['IPv6 that Istio is not told of', { addresses: BOTH }, [], [NO_USER, 'ipv6 error nft-ipv6-unwritten', 'ipv6 info nft-ipv6-tracked']],
  [
    'IPv6 that it is told of',
    { addresses: BOTH, annotations: METADATA('ISTIO_DUAL_STACK: "true"') },
    [],
    [NO_USER, 'ipv6 info nft-no-user'],
  ],
  ['INVALID_DROP', { annotations: METADATA('INVALID_DROP: "true"') }, [], ['ipv4 warning nft-invalid-of-tcp', NO_USER]],
  ['TPROXY, whose proxy may not listen', { annotations: TPROXY }, [], ['ipv4 error nft-tproxy', NO_USER]],
  ['a range of ports', { annotations: { [`${T}/includeOutboundPorts`]: '8000:8080' } }, [], ['ipv4 error nft-port-range']],
  ['an interface that nft does not take', { annotations: { [`${T}/excludeInterfaces`]: 'mark' } }, [], ['ipv4 error nft-interface-name']],
  ['an injected pod', { args: '-u, "1337", -i, "*", -b, "*", -d, "15090,15021,15020"' }, [], [NO_USER]],
  ['one that is injected with nftables', { args: '--native-nftables, -u, "1337", -i, "*", -b, "*"' }, [], [NO_USER]],
  ['a version without nftables', {}, ['--istio', '1.26'], ['ipv4 not-applicable Istio 1.26 writes rules of iptables alone']],
];

describe('backend-parity of pods', () => {
  it.each(PODS)('%s', async (_, pod, options, said) => {
    expect((await judged(manifest(pod), options)).said).toEqual(said);
  });
});

const SETTINGS: readonly (readonly [title: string, settings: object, options: readonly string[], said: readonly string[]])[] = [
  ['no setting of capture', { 'drop-invalid': false }, [], ['ipv4 holds']],
  [
    'ports of what comes in',
    { 'istio-inbound-ports': '80' },
    ['--family', '4,6'],
    ['ipv4 holds', 'ipv6 error nft-ipv6-unwritten', 'ipv6 info nft-ipv6-tracked'],
  ],
  ['a prefix of interfaces', { 'istio-exclude-interfaces': 'eth+' }, [], ['ipv4 error nft-interface-name']],
  ['a range of ports', { 'istio-outbound-ports': '8000:8080' }, [], ['ipv4 error nft-port-range']],
  ['resolvers of IPv6 alone', { 'redirect-dns': true, host: { nameservers: ['fd00::a'] } }, [], ['ipv4 error nft-resolvers']],
  ['ambient', { mode: 'ambient' }, [], ['ipv4 holds']],
];

describe('backend-parity of settings', () => {
  it.each(SETTINGS)('%s', async (_, settings, options, said) => {
    expect((await judged(JSON.stringify(settings), options, 'settings.json')).said).toEqual(said);
  });
});

describe('the claim', () => {
  it('fails where a connection changes its way, and not for hints', async () => {
    const codes = [await judged(manifest({})), await judged(manifest({ addresses: BOTH }))].map(({ code }) => code);
    expect(codes).toEqual([0, 1]);
  });

  it('has a packet, what becomes of it with either backend, and the rule', async () => {
    const { findings } = await judged(manifest({ annotations: TPROXY }), ['--mode', 'cni']);
    expect(findings[0]).toMatchObject({ reason: 'nft-tproxy: lost with iptables, to-app with nftables', packets: /in tcp/ });
    expect(findings[0]?.witness?.outcome).toBe('lost');
    expect(findings[0]?.blame[0]?.text).toMatch(/TPROXY/);
  });

  it('names the setting that it is of, and the remedy of the difference', async () => {
    const files = { 'pod.yaml': manifest({ annotations: METADATA('INVALID_DROP: "true"') }) };
    const { out } = await chainwalk(['verify', 'pod.yaml', ...ONLY], { files });
    expect(out).toMatch(/cause .*INVALID_DROP/);
    expect(out).toMatch(/fix {6}Nothing, unless more than TCP/);
  });

  it('is asked by name alone, and not of rules', async () => {
    const { out } = await chainwalk(['verify', 'pod.yaml', '--json'], { files: { 'pod.yaml': manifest({}) } });
    expect(out).not.toContain('backend-parity');
    const rules = '*nat\n:PREROUTING ACCEPT [0:0]\n:ISTIO_INBOUND - [0:0]\n-A PREROUTING -p tcp -j ISTIO_INBOUND\nCOMMIT\n';
    expect((await judged(rules, [], 'pod.rules')).said).toEqual([
      'ipv4 not-applicable rules do not say what they follow from: it is checked for manifests and settings',
    ]);
  });
});
