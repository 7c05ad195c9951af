/** `chainwalk verify` and `chainwalk trace` of manifests: the rules follow from the pod and its mesh. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { isManifestText } from '../../src/app/load/recognise.ts';
import type { VerifyReport } from '../../src/report/json/verify.ts';
import { chainwalk } from './memoryIo.ts';

// proofs, on a machine that does other things as well
vi.setConfig({ testTimeout: 60_000 });

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const web = fixture('pods/web.yaml');
const annotated = (name: string, value: string) =>
  web.replace(
    '      labels:\n        app: web\n    spec',
    `      annotations:\n        ${name}: "${value}"\n      labels:\n        app: web\n    spec`,
  );
const status = (ips: string) =>
  `kind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: a}]}\nstatus: {podIPs: [${ips}]}\n`;

const FILES = {
  'web.yaml': web,
  'net1.yaml': fixture('pods/net1.yaml'),
  'vault.yaml': fixture('pods/vault.yaml'),
  'both.yaml': `${web}---\n${fixture('pods/vault.yaml')}`,
  'three.yaml': ['one', 'two', 'three'].map((name) => web.replace('name: web', `name: ${name}`)).join('---\n'),
  'closed.yaml': annotated('traffic.sidecar.istio.io/includeInboundPorts', ''),
  'port.yaml': annotated('traffic.sidecar.istio.io/excludeInboundPorts', '9000'),
  'none.yaml': annotated('sidecar.istio.io/interceptionMode', 'NONE'),
  'nic.yaml': annotated('traffic.sidecar.istio.io/excludeInterfaces', 'eth0'),
  'opted-out.yaml': annotated('sidecar.istio.io/inject', 'false'),
  'host.yaml': web.replace('    spec:\n', '    spec:\n      hostNetwork: true\n'),
  'dual.yaml': status('{ip: 10.0.0.1}, {ip: "fd00::1"}'),
  'waiting.yaml':
    'kind: Pod\nmetadata: {name: a, namespace: shop, annotations: {sidecar.istio.io/status: "{}"}}\nspec: {initContainers: [{name: istio-validation}], containers: [{name: a}, {name: istio-proxy}]}\n',
  'native.yaml': fixture('pods/vault.yaml').replace(
    '      annotations:\n',
    '      annotations:\n        sidecar.istio.io/nativeSidecar: "true"\n',
  ),
  'routed.yaml': annotated(
    'k8s.v1.cni.cncf.io/networks',
    '[{\\"name\\": \\"storage\\", \\"ips\\": [\\"192.168.50.7/24\\"], \\"default-route\\": [\\"192.168.50.1\\"]}]',
  ).replace(
    '      labels:\n        app: web\n    spec',
    '        traffic.sidecar.istio.io/excludeInterfaces: net1\n      labels:\n        app: web\n    spec',
  ),
  'taken.yaml': annotated('k8s.v1.cni.cncf.io/networks', 'a@eth0, b@net1, c@net1, d@lo'),
  'dns.yaml': 'meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}}\n',
  'provider.yaml': 'pilot: {cni: {enabled: true, provider: default}}\n',
  'tproxy.yaml': 'meshConfig: {defaultConfig: {interceptionMode: TPROXY}}\n',
  'pod.rules': fixture('istio-sidecar.rules'),
};

const run = (...argv: readonly string[]) => chainwalk(argv, { files: FILES, stdin: web });
const verify = async (...argv: readonly string[]) => JSON.parse((await run('verify', '--json', ...argv)).out) as VerifyReport;
const broken = async (...argv: readonly string[]) => {
  const { findings } = await verify(...argv);
  return [...new Set(findings.filter(({ verdict, level }) => verdict === 'violated' && level === 'error').map(({ claim }) => claim))];
};
const outcome = async (...argv: readonly string[]) =>
  (JSON.parse((await run('trace', '--json', ...argv)).out) as { readonly outcome: string }).outcome;

describe('verify of manifests', () => {
  it.each(['init', 'cni', 'multus', 'ambient'])('a plain web application keeps every promise with %s', async (mode) => {
    expect(await broken('web.yaml', '--mode', mode)).toEqual([]);
    expect((await run('verify', 'web.yaml', '--mode', mode)).code).toBe(0);
  });

  it('with TPROXY too', async () => {
    expect(await broken('web.yaml', '--values', 'tproxy.yaml')).toEqual([]);
  });

  it('a finding names the pod and the rule that was rendered for it', async () => {
    const { rules, findings } = await verify('net1.yaml', '--mode', 'multus', '--only', 'no-dead-rule');
    expect(rules).toEqual(['net1.yaml#archive']);
    expect(findings[0]?.blame[0]).toMatchObject({ file: 'net1.yaml#archive', chain: 'ISTIO_OUTPUT' });
  });

  // test/istio/pod/scenarios.ts, numbers 10, 17 and 18
  it.each([
    ['no inbound port is captured', ['closed.yaml'], ['inbound-captured']],
    ['IPv6 behind IPv4 is not captured', ['dual.yaml', '--mode', 'cni'], ['ipv6-parity']],
    [
      'injected for the CNI plugin, and no rules are written',
      ['waiting.yaml', '--mode', 'init'],
      ['inbound-captured', 'outbound-captured'],
    ],
    [
      'Multus does not call the plugin',
      ['web.yaml', '--mode', 'multus', '--values', 'provider.yaml'],
      ['inbound-captured', 'outbound-captured'],
    ],
  ])('%s', async (_, argv, expected) => {
    const found = await broken(...argv);
    expect(found).toEqual(expect.arrayContaining([...expected]));
    expect((await run('verify', ...argv)).code).toBe(1);
  });

  it.each(['host.yaml', 'opted-out.yaml', 'none.yaml'])('%s is not meant to be captured, and not checked', async (file) => {
    const { findings, notes } = await verify(file);
    expect(findings).toEqual([]);
    expect(notes.join()).toContain('not checked');
  });

  it('a pod that Istio refuses is no finding but an error', async () => {
    const { code, out, err } = await run('verify', 'none.yaml', '--mode', 'cni');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('none.yaml:17:44:');
  });

  it('standard input; several pods; with rules in no report for programs', async () => {
    expect((await run('verify', '-')).code).toBe(0);
    expect((await verify('both.yaml')).results).toHaveLength(2);
    expect((await run('verify', 'three.yaml', '--only', 'identity-collision,no-redirect-loop')).out).toContain(
      'the same for 2 more: shop/two, shop/three',
    );
    expect((await run('verify', 'web.yaml', 'pod.rules', '--json')).code).toBe(2);
  });
});

describe('trace of manifests', () => {
  it.each([
    ['captured inbound', ['web.yaml', 'in tcp -> 10.244.0.5:8080'], 'captured-in'],
    ['a port that is left alone', ['port.yaml', 'in tcp -> 10.244.0.5:9000'], 'to-app'],
    // number 1: the exporter of the pod runs as the proxy's user
    ['the user of the proxy', ['vault.yaml', 'out tcp -> 203.0.113.9:443 uid=1337 gid=1'], 'direct'],
    ['the group of the proxy', ['vault.yaml', 'out tcp -> 203.0.113.9:443 uid=1 gid=1337'], 'direct'],
    ['a port that is left alone, by name of the pod', ['both.yaml', 'out tcp -> 10.0.0.9:8200', '--pod', 'ledger'], 'direct'],
    ['the other pod captures it', ['both.yaml', 'out tcp -> 10.0.0.9:8200', '--pod', 'shop/web'], 'captured-out'],
    // number 12
    ['15020 elsewhere is captured with istio-init', ['web.yaml', 'out tcp -> 10.0.0.9:15020'], 'captured-out'],
    ['and is not with the plugin', ['web.yaml', 'out tcp -> 10.0.0.9:15020', '--mode', 'cni'], 'direct'],
    ['the second interface is captured', ['net1.yaml', 'in tcp -> 192.168.50.5:8080 iif=net1', '--mode', 'cni'], 'captured-in'],
    // number 8
    ['the tunnel port with TPROXY', ['web.yaml', 'in tcp -> 10.244.0.5:15008', '--values', 'tproxy.yaml'], 'captured-in'],
    // number 25
    ['an interface that is left alone', ['nic.yaml', 'out tcp -> 203.0.113.9:443'], 'direct'],
    // docs/facts/istio.md#exclusions: the default route leads through an interface that is left alone
    ['the default route of another network', ['routed.yaml', 'out tcp -> 10.0.0.9:443'], 'direct'],
    ['an address of that network', ['routed.yaml', 'in tcp 192.168.50.1 -> 192.168.50.7:80 iif=net1', '--mode', 'cni'], 'to-app'],
    ['names of interfaces that are taken', ['taken.yaml', 'out tcp -> 10.0.0.9:443'], 'captured-out'],
    ['a pod of the host network', ['host.yaml', 'out tcp -> 203.0.113.9:443'], 'direct'],
  ])('%s', async (_, argv, expected) => {
    expect(await outcome(...argv)).toBe(expected);
  });

  it('what is not captured is said', async () => {
    const { err } = await run('trace', 'host.yaml', 'out tcp -> 203.0.113.9:443');
    expect(err).toContain('host.yaml:19:20: warning: this pod is not captured: with hostNetwork');
  });

  it('of several pods one has to be named', async () => {
    const { code, err } = await run('trace', 'both.yaml', 'in tcp -> 10.244.0.5:80');
    expect(code).toBe(2);
    expect(err).toContain('help: the pods are shop/web, shop/ledger');
    expect((await run('trace', 'both.yaml', 'in tcp -> 10.244.0.5:80', '--pod', 'x')).code).toBe(2);
  });
});

describe('while init containers run', () => {
  const SERVICE = 'out tcp -> 172.24.120.198:443 uid=0 gid=0';
  // init containers reach what they call, or are refused
  it.each([
    ['with the plugin: refused', ['vault.yaml', SERVICE, '--mode', 'cni'], 'refused'],
    ['through Multus: refused', ['vault.yaml', SERVICE, '--mode', 'multus'], 'refused'],
    ['on an excluded port', ['vault.yaml', 'out tcp -> 172.24.120.198:8200 uid=0', '--mode', 'cni'], 'direct'],
    ['as the user of the proxy', ['vault.yaml', 'out tcp -> 172.24.120.198:443 uid=1337 gid=0', '--mode', 'cni'], 'direct'],
    ['before istio-init', ['vault.yaml', SERVICE, '--mode', 'init'], 'direct'],
    ['after a native sidecar', ['native.yaml', SERVICE, '--mode', 'cni'], 'captured-out'],
    [
      'a later fragment before istio-init: nothing waits for the others',
      ['vault.yaml', 'out udp -> 10.0.0.9 frag=100 uid=0', '--mode', 'init'],
      'direct',
    ],
    ['with ambient', ['vault.yaml', SERVICE, '--mode', 'ambient'], 'captured-out'],
    ['names, with DNS capture', ['vault.yaml', 'out udp -> 10.96.0.10:53 uid=0', '--mode', 'cni', '--values', 'dns.yaml'], 'refused'],
    [
      'names, as the user of the proxy',
      ['vault.yaml', 'out udp -> 10.96.0.10:53 uid=1337', '--mode', 'cni', '--values', 'dns.yaml'],
      'direct',
    ],
    ['no process answers yet', ['web.yaml', 'in tcp -> 10.244.0.5:15021', '--mode', 'cni'], 'refused'],
  ])('%s', async (_, argv, expected) => {
    // before Kubernetes 1.33 the proxy is an ordinary container
    expect(await outcome(...argv, '--phase', 'init', '--kubernetes', '1.32')).toBe(expected);
  });

  it('later the proxy listens', async () => {
    expect(await outcome('vault.yaml', SERVICE, '--mode', 'cni', '--phase', 'running')).toBe('captured-out');
  });
});

describe('manifests are told from rules', () => {
  it.each([
    [web, true],
    ['{"apiVersion": "v1",\n "kind": "List",\n "items": []}', true],
    ['- kind: Pod\n', true],
    ['{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}', true],
    ['[{"kind":"Pod"}]', true],
    ['{"packet": {"proto": "tcp"}}', false],
    ['kind: {{ .Values.kind }}\n', true],
    [FILES['pod.rules'], false],
    ['# kind: Pod\niptables -A INPUT -j ACCEPT\n', false],
    ['kind: Pod\n*nat\nCOMMIT\n', false],
    ['', false],
  ])('%#', (text, expected) => {
    expect(isManifestText(text)).toBe(expected);
  });
});

describe('pods and files of equal rules', () => {
  it('notes about rules name no other file than their own', async () => {
    const port = (name: string) => annotated('traffic.sidecar.istio.io/excludeInboundPorts', '9000').replace('name: web', `name: ${name}`);
    const files = { 'one.yaml': port('one'), 'two.yaml': port('two') };
    const { out } = await chainwalk(['verify', 'one.yaml', 'two.yaml', '--json', '--only', 'inbound-captured'], { files });
    const { results = [] } = JSON.parse(out) as VerifyReport;
    expect(results.map(({ notes }) => notes.filter((note) => note.includes('excluded')))).toEqual([
      ['excluded inbound port: -A ISTIO_INBOUND -p tcp -m tcp --dport 9000 -j RETURN'],
      ['excluded inbound port: -A ISTIO_INBOUND -p tcp -m tcp --dport 9000 -j RETURN'],
    ]);
  });

  it('equal dumps each have their own lines', async () => {
    const text = fixture('istio-ports.rules');
    const { out } = await chainwalk(['verify', 'a.rules', 'b.rules', '--json', '--only', 'inbound-captured'], {
      files: { 'a.rules': text, 'b.rules': text },
    });
    const [a, b] = (JSON.parse(out) as VerifyReport).results ?? [];
    expect(a?.notes.join()).toContain('(a.rules:');
    expect(b?.notes).toEqual(a?.notes.map((note) => note.replace('(a.rules:', '(b.rules:')));
  });
});
