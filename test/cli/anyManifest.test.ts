/** Whatever a manifest or mesh configuration says: an answer, or a complaint with its place; never a bug. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { ENV_SETTINGS, FLAGS } from '../../src/istio/settings/flags.ts';
import { chainwalk } from './memoryIo.ts';

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/pods/${name}.yaml`, import.meta.url), 'utf8');

const INJECTED = `kind: Pod
metadata:
  name: injected
  namespace: shop
  labels: {istio.io/rev: canary, app: web}
  annotations:
    sidecar.istio.io/status: '{"initContainers":["istio-init"]}'
    traffic.sidecar.istio.io/includeInboundPorts: "80,443"
    traffic.sidecar.istio.io/excludeInterfaces: net1
    proxy.istio.io/config: |
      proxyMetadata:
        ISTIO_META_DNS_CAPTURE: "true"
    k8s.v1.cni.cncf.io/networks: '[{"name": "storage", "interface": "net1"}]'
spec:
  dnsPolicy: None
  dnsConfig: {nameservers: [10.0.0.2]}
  securityContext: {runAsUser: 1000, runAsGroup: 1000}
  initContainers:
    - name: istio-init
      args: [istio-iptables, -p, "15001", -z, "15006", -u, "1337", -i, "*", -x, "", -b, "*", -d, "15090,15021"]
      env: [{name: ISTIO_DUAL_STACK, value: "true"}, {name: X, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
  containers:
    - name: istio-proxy
      args: [proxy, sidecar]
      securityContext: {runAsUser: 1337, runAsGroup: 1337}
      livenessProbe: {httpGet: {path: /, port: http}}
    - name: app
status: {podIPs: [{ip: 10.0.0.1}, {ip: "fd00::1"}]}
`;

const MESH = `kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |-
    defaultConfig:
      interceptionMode: TPROXY
      proxyMetadata: {INVALID_DROP: "true"}
    proxyListenPort: 15101
---
kind: ConfigMap
metadata: {name: istio-sidecar-injector-canary}
data: {values: '{"global": {"proxy": {"excludeIPRanges": "1.1.0.0/16"}}}', config: "policy: enabled"}
---
kind: ProxyConfig
metadata: {name: p, namespace: shop}
spec: {selector: {matchLabels: {app: web}}, environmentVariables: {ISTIO_META_DNS_CAPTURE: "true"}}
---
kind: Istio
metadata: {name: default}
spec: {version: v1.24.2, values: {pilot: {cni: {enabled: true}}, cni: {excludeNamespaces: [kube-system]}}}
`;

const VALUES = `global:
  proxy: {includeIPRanges: "*", excludeInboundPorts: "9000", statusPort: 15020}
pilot: {cni: {enabled: true, provider: multus}}
sidecarInjectorWebhook:
  neverInjectSelector: [{matchExpressions: [{key: job, operator: Exists}]}]
meshConfig: {defaultConfig: {proxyMetadata: {ISTIO_DUAL_STACK: "true"}}}
`;

const TEXTS = [
  `${fixture('namespaces')}---\n${fixture('web')}`,
  fixture('net1'),
  fixture('vault'),
  INJECTED,
  `${MESH}---\n${fixture('web')}`,
];

const WEIRD_TEXT = [
  '\t',
  '\r\n',
  '\0',
  '\u{1F600}',
  '{{ .Values.x }}',
  '{{-',
  '&a ',
  '*a',
  '*nobody',
  '<<: *a',
  '---\n',
  '...\n',
  '"',
  "'",
  ': ',
  '- ',
  '|\n',
  '>-\n',
  '[',
  '}',
  '#',
  '!!binary ',
  '!x ',
  '%YAML 1.2\n',
  '? ',
  '\ud800',
  '\ufeff',
  '1e999',
  '0x',
  'null',
  '~',
];
const WEIRD: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  0,
  -1,
  1e21,
  0.5,
  '*',
  ',',
  '{{ x }}',
  '\u0000',
  [],
  [null],
  {},
  { kind: 'List' },
  [[]],
  '9'.repeat(400),
  'x'.repeat(5000),
  '[',
  '{',
  '- a\n- b',
  'a: 1\na: 2',
  '\u202e',
  { items: null },
  1337,
  '1337',
  'TPROXY',
  '10.0.0.0/33',
  'List',
];

type Edit = (text: string) => string;

const textEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.nat().map(
    (at): Edit =>
      (text) =>
        text.slice(0, at % (text.length + 1)),
  ),
  fc
    .record({
      at: fc.nat(),
      drop: fc.nat(30),
      put: fc.oneof(fc.constantFrom('', ...WEIRD_TEXT), fc.string({ unit: 'binary', maxLength: 5 })),
    })
    .map(
      ({ at, drop, put }): Edit =>
        (text) => {
          const from = at % (text.length + 1);
          return text.slice(0, from) + put + text.slice(from + drop);
        },
    ),
  fc.record({ at: fc.nat(), to: fc.nat() }).map(
    ({ at, to }): Edit =>
      (text) => {
        const lines = text.split('\n');
        const [line = ''] = lines.splice(at % lines.length, 1);
        lines.splice(to % (lines.length + 1), 0, line, line);
        return lines.join('\n');
      },
  ),
  fc.constantFrom<Edit>(
    (text) => text.replaceAll('\n', '\r\n'),
    (text) => text.replaceAll('  ', '\t'),
    (text) => `${text}---\n${text}`,
    (text) => text.replace(/\n/, '\n\n'),
    (text) => `\ufeff${text}`,
  ),
);

/** Undefined for what an edit before has broken. */
function objectsOf(text: string): readonly unknown[] | undefined {
  try {
    const all = parseAllDocuments(text, { logLevel: 'error' });
    return 'empty' in all ? [] : all.map((document) => document.toJS());
  } catch {
    return undefined;
  }
}

/** A value somewhere in the objects is gone, or another one. */
const treeEdit: fc.Arbitrary<Edit> = fc
  .record({ at: fc.nat(), weird: fc.option(fc.constantFrom(...WEIRD), { nil: undefined }), json: fc.boolean() })
  .map(
    ({ at, weird, json }): Edit =>
      (text) => {
        const objects = objectsOf(text);
        if (objects === undefined) return text;
        const places: (() => void)[] = [];
        const visit = (node: unknown): void => {
          if (typeof node !== 'object' || node === null) return;
          for (const key of Object.keys(node)) {
            const parent = node as Record<string, unknown>;
            places.push(() => {
              if (weird === undefined) delete parent[key];
              else parent[key] = weird;
            });
            visit(parent[key]);
          }
        };
        visit(objects);
        if (places.length > 0) places[at % places.length]?.();
        if (json) return JSON.stringify({ kind: 'List', items: objects }, null, at % 3);
        return objects.map((object) => stringify(object)).join('---\n');
      },
  );

const COMMANDS = [
  ['verify', '-', '--only', 'no-redirect-loop'],
  ['enrol', '-'],
  ['enrol', '-', '--mode', 'ambient', '--json'],
  ['enrol', '-', '--mode', 'multus', '--istio', '1.25'],
  ['render', '--pod', '-', '--mode', 'init', '--with-routing'],
  ['render', '--pod', '-', '--mode', 'cni', '--istio', '1.20', '--json'],
  ['render', '--pod', '-', '--mode', 'ambient'],
];

const NAMES = [
  ...FLAGS.map(({ name }) => name),
  ...ENV_SETTINGS.map(({ name }) => name),
  'redirectDNS',
  'dnsProxy',
  'ingressMode',
  'virtualInterfaces',
  'hostProbeSNATAddress',
  'hostProbeV6SNATAddress',
];

/** `-:3:7: error: ...` */
const PLACED = /^(?:-|rendered|values\.yaml)(?:#[^\n]*)?:\d+:\d+: error: /m;

async function isAnswered(argv: readonly string[], stdin: string, values: string): Promise<void> {
  const { code, err } = await chainwalk(values === '' ? argv : [...argv, '--values', 'values.yaml'], {
    stdin,
    files: { 'values.yaml': values },
  });
  const said = `${argv.join(' ')}\n${err}\n${stdin}\n${values}`;
  expect(code, said).toBeLessThanOrEqual(2);
  if (code === 2) expect(err, said).toMatch(PLACED);
}

describe('any manifest', () => {
  it.each([
    ['edited as text', textEdit, 700],
    ['edited as objects', treeEdit, 600],
  ] as const)(
    '%s is answered or refused, with a place',
    async (_, edit, numRuns) => {
      const question = fc.record({
        text: fc.constantFrom(...TEXTS),
        edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
        argv: fc.constantFrom(...COMMANDS),
      });
      await fc.assert(
        fc.asyncProperty(question, ({ text, edits, argv }) =>
          isAnswered(
            argv,
            edits.reduce((one, change) => change(one), text),
            '',
          ),
        ),
        { numRuns },
      );
    },
    60_000,
  );

  it('edited mesh configuration is answered or refused, with a place', async () => {
    const question = fc.record({
      edits: fc.array(fc.oneof(textEdit, treeEdit), { minLength: 1, maxLength: 3 }),
      argv: fc.constantFrom(...COMMANDS),
    });
    await fc.assert(
      fc.asyncProperty(question, ({ edits, argv }) =>
        isAnswered(
          argv,
          fixture('web'),
          edits.reduce((one, change) => change(one), VALUES),
        ),
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it('edited settings of render are answered or refused, with a place', async () => {
    const value = fc.constantFrom(...WEIRD);
    const entry = fc.oneof(
      fc.tuple(fc.constantFrom(...NAMES), value),
      fc.tuple(fc.constant('mode'), fc.constantFrom('cni', 'multus', 'ambient', 'ambient-host', 'none', 7)),
      fc.tuple(fc.constant('istio'), fc.oneof(fc.constantFrom('1.18', '1.31', '1.17', 1.2), value)),
      fc.tuple(
        fc.constant('host'),
        fc.oneof(value, fc.dictionary(fc.constantFrom('ipv6', 'nameservers', 'addresses', 'users', 'x'), value)),
      ),
    );
    const settings = fc.array(entry, { maxLength: 3 }).map((entries): unknown => Object.fromEntries(entries));
    await fc.assert(
      fc.asyncProperty(settings, fc.option(textEdit, { nil: undefined }), async (object, edit) => {
        const text = JSON.stringify(object, null, 2);
        await isAnswered(['render', '--settings', '-'], edit === undefined ? text : edit(text), '');
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});
