/** Who captures a pod: which step decides, for every way in which a pod's fields and the mesh can decide it. */

import { describe, expect, it } from 'vitest';
import { STAGES } from '../../../src/injection/enrol/enrol.ts';
import { APPROACHES, type Approach } from '../../../src/injection/facts/approach.ts';
import type { CaptureVerdict } from '../../../src/injection/facts/step.ts';
import { PAGES } from '../../../src/report/generated/pages.ts';
import { positionOf } from '../../../src/report/text/positions.ts';
import { enrolAll } from './read.ts';

interface Fields {
  readonly labels?: string;
  readonly annotations?: string;
  readonly spec?: string;
  /** labels of the namespace; absent: it is not in the files */
  readonly namespace?: string;
  readonly name?: string;
  readonly in?: string;
  readonly containers?: string;
  readonly init?: string;
  readonly more?: string;
}

const INJECTED = 'sidecar.istio.io/status: "{}"';
const PROXY = '[{name: a}, {name: istio-proxy, args: [proxy, sidecar]}]';
const ENABLED = 'istio-injection: enabled';
const AMBIENT = 'istio.io/dataplane-mode: ambient';

function manifest({
  labels = '',
  annotations = '',
  spec = '',
  namespace,
  name = 'a',
  in: place = 's',
  containers = '[{name: a}]',
  init,
  more = '',
}: Fields): string {
  return `${namespace === undefined ? '' : `kind: Namespace\nmetadata: {name: ${place}, labels: {${namespace}}}\n---\n`}${more}kind: Pod
metadata:
  name: ${name}
  namespace: ${place}
  labels: {${labels}}
  annotations: {${annotations}}
spec: {containers: ${containers}${init === undefined ? '' : `, initContainers: ${init}`}${spec === '' ? '' : `, ${spec}`}}
`;
}

type Row = readonly [
  title: string,
  fields: Fields,
  expected: CaptureVerdict | `${CaptureVerdict} ${string}`,
  values?: string,
  istio?: string,
];

async function answer(approach: Approach, [, fields, , values = '', istio = '1.31']: Row): Promise<string> {
  const provider = approach === 'multus' && !values.includes('cni') && values !== '' ? `${MULTUS_VALUES}\n` : '';
  const [one] = await enrolAll({ pods: manifest(fields), approach, values: provider + values, istio });
  return `${one?.verdict} ${one?.taken.at(-1)?.step.id}`;
}

const MULTUS_VALUES = 'pilot: {cni: {enabled: true, provider: multus}}';

const titled = (rows: readonly Row[]) => rows.map((row) => [row[0], row] as const);

const INJECTION: readonly Row[] = [
  ['a namespace that is not in the files takes part', {}, 'captured'],
  ['label true in a namespace without labels', { labels: 'sidecar.istio.io/inject: "true"', namespace: '' }, 'captured'],
  ['no label anywhere', { namespace: '' }, 'skipped webhook-called'],
  ['label false', { labels: 'sidecar.istio.io/inject: "false"' }, 'skipped webhook-called'],
  ['annotation false', { annotations: 'sidecar.istio.io/inject: "false"' }, 'skipped own-choice'],
  [
    'the label beats the annotation',
    { labels: 'sidecar.istio.io/inject: "true"', annotations: 'sidecar.istio.io/inject: "false"', namespace: ENABLED },
    'captured',
  ],
  ['an annotation does not call the webhook', { annotations: 'sidecar.istio.io/inject: "true"', namespace: '' }, 'skipped webhook-called'],
  [
    'a disabled namespace beats the label',
    { labels: 'sidecar.istio.io/inject: "true"', namespace: 'istio-injection: disabled' },
    'skipped webhook-called',
  ],
  ['a revision on the namespace', { namespace: 'istio.io/rev: canary' }, 'captured'],
  ['a revision on the pod', { labels: 'istio.io/rev: canary', namespace: '' }, 'captured'],
  [
    'istio-injection on the namespace beats its revision',
    { namespace: 'istio-injection: disabled, istio.io/rev: canary' },
    'skipped webhook-called',
  ],
  ['all namespaces by default', { namespace: '' }, 'captured', 'sidecarInjectorWebhook: {enableNamespacesByDefault: true}'],
  [
    'but not kube-public',
    { namespace: '', in: 'kube-public' },
    'skipped webhook-called',
    'sidecarInjectorWebhook: {enableNamespacesByDefault: true}',
  ],
  ['hostNetwork', { spec: 'hostNetwork: true', namespace: ENABLED }, 'skipped host-network'],
  ['hostNetwork false', { spec: 'hostNetwork: false', namespace: ENABLED }, 'captured'],
  ['kube-system', { in: 'kube-system', namespace: ENABLED }, 'skipped ignored-namespace'],
  ['a word that is neither true nor false falls back', { labels: 'sidecar.istio.io/inject: "yes"' }, 'captured'],
  [
    'neverInjectSelector',
    { labels: 'job: x' },
    'skipped never-inject',
    'sidecarInjectorWebhook: {neverInjectSelector: [{matchLabels: {job: x}}]}',
  ],
  [
    'the pod beats neverInjectSelector',
    { labels: 'job: x, sidecar.istio.io/inject: "true"' },
    'captured',
    'sidecarInjectorWebhook: {neverInjectSelector: [{matchLabels: {job: x}}]}',
  ],
  [
    'neverInjectSelector beats alwaysInjectSelector',
    { labels: 'job: x' },
    'skipped never-inject',
    'sidecarInjectorWebhook: {neverInjectSelector: [{matchExpressions: [{key: job, operator: Exists}]}], alwaysInjectSelector: [{matchLabels: {job: x}}]}',
  ],
  [
    'alwaysInjectSelector beats the policy',
    { labels: 'job: x' },
    'captured',
    'sidecarInjectorWebhook: {alwaysInjectSelector: [{matchExpressions: [{key: job, operator: In, values: [x]}]}]}\nglobal: {proxy: {autoInject: disabled}}',
  ],
  ['an empty selector matches nothing', {}, 'captured', 'sidecarInjectorWebhook: {neverInjectSelector: [{}]}'],
  ['the policy is disabled', {}, 'skipped policy', 'global: {proxy: {autoInject: disabled}}'],
  ['the template of gateways', { annotations: 'inject.istio.io/templates: gateway' }, 'skipped template'],
  ['two templates, one of them the sidecar', { annotations: 'inject.istio.io/templates: "sidecar,extra"' }, 'captured'],
  ['a mode that does not exist', { annotations: 'sidecar.istio.io/interceptionMode: tproxy' }, 'blocked annotations-valid'],
  ['a port that does not exist', { annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "80,70000"' }, 'blocked annotations-valid'],
  ['all inbound ports excluded by *', { annotations: 'traffic.sidecar.istio.io/excludeInboundPorts: "*"' }, 'blocked annotations-valid'],
  [
    'a bare address in a range',
    { annotations: 'traffic.sidecar.istio.io/includeOutboundIPRanges: "10.0.0.1"' },
    'blocked annotations-valid',
  ],
  [
    'a blank in a range',
    { annotations: 'traffic.sidecar.istio.io/excludeOutboundIPRanges: "10.0.0.0/8, 11.0.0.0/8"' },
    'blocked annotations-valid',
  ],
  ['all ranges excluded by *', { annotations: 'traffic.sidecar.istio.io/excludeOutboundIPRanges: "*"' }, 'blocked annotations-valid'],
  ['a wildcard interface', { annotations: 'traffic.sidecar.istio.io/excludeInterfaces: eth+' }, 'blocked annotations-valid'],
  ['the same before 1.30', { annotations: 'traffic.sidecar.istio.io/excludeInterfaces: eth+' }, 'captured', '', '1.29'],
  ['a proxy config that is no YAML', { annotations: 'proxy.istio.io/config: "{"' }, 'blocked annotations-valid'],
  ['blanks between ports are allowed', { annotations: 'traffic.sidecar.istio.io/excludeOutboundPorts: "80, 443"' }, 'captured'],
];

const SIDECAR: readonly Approach[] = ['init', 'cni', 'multus'];

describe.each(SIDECAR)('injection comes first, with %s', (approach) => {
  it.each(titled(INJECTION))('%s', async (_, row) => {
    const [, , expected] = row;
    const found = await answer(approach, row);
    expect(expected === 'captured' ? found.split(' ')[0] : found).toBe(expected);
  });
});

const INIT: readonly Row[] = [
  ['mode NONE', { annotations: 'sidecar.istio.io/interceptionMode: NONE' }, 'skipped interception-none'],
  ['mode NONE in the whole mesh', {}, 'skipped interception-none', 'meshConfig: {defaultConfig: {interceptionMode: NONE}}'],
  [
    'mode NONE in the proxy config of the pod',
    { annotations: 'proxy.istio.io/config: "interceptionMode: NONE"' },
    'skipped interception-none',
  ],
  ['a host among the excluded ranges of the mesh', {}, 'blocked arguments-valid', 'global: {proxy: {excludeIPRanges: a.example}}'],
  ['which 1.27 passes over', {}, 'captured pod-security', 'global: {proxy: {excludeIPRanges: a.example}}', '1.27'],
  ['a blank between ranges', {}, 'blocked arguments-valid', 'global: {proxy: {includeIPRanges: "1.0.0.0/8 2.0.0.0/8"}}'],
  ['a comma at the end', {}, 'captured pod-security', 'global: {proxy: {excludeIPRanges: "1.0.0.0/8,"}}'],
  ['a range of ports with a dash', {}, 'blocked arguments-valid', 'global: {proxy: {excludeOutboundPorts: 8000-9000}}'],
  ['and with a colon', {}, 'captured pod-security', 'global: {proxy: {excludeOutboundPorts: "8000:9000"}}'],
  ['all ports where ports are left out', {}, 'blocked arguments-valid', 'global: {proxy: {excludeInboundPorts: "*"}}'],
  [
    'a port that injection does not read',
    { annotations: 'traffic.sidecar.istio.io/includeOutboundPorts: "80-90"' },
    'blocked arguments-valid',
  ],
  [
    'a wrong argument of a pod that was injected',
    { annotations: INJECTED, init: '[{name: istio-init, args: [istio-iptables, -x, a.example]}]', containers: PROXY, namespace: '' },
    'blocked arguments-valid',
  ],
  [
    'the annotation beats the proxy config',
    { annotations: 'sidecar.istio.io/interceptionMode: TPROXY, proxy.istio.io/config: "interceptionMode: NONE"' },
    'captured pod-security',
  ],
  [
    'injected, with istio-init',
    { annotations: INJECTED, init: '[{name: istio-init}]', containers: PROXY, namespace: '' },
    'captured pod-security',
  ],
  [
    'injected for the CNI plugin',
    { annotations: INJECTED, init: '[{name: istio-validation}]', containers: PROXY },
    'skipped no-istio-init',
  ],
  ['injected with mode NONE', { annotations: INJECTED, containers: PROXY }, 'skipped no-istio-init'],
  ['a namespace that refuses NET_ADMIN', { namespace: `${ENABLED}, pod-security.kubernetes.io/enforce: baseline` }, 'blocked pod-security'],
  [
    'a namespace that refuses nothing',
    { namespace: `${ENABLED}, pod-security.kubernetes.io/enforce: privileged` },
    'captured pod-security',
  ],
  // includeOutboundPorts is not checked by injection, and the plugin does check it
  ['a port that injection does not check', { annotations: 'traffic.sidecar.istio.io/includeOutboundPorts: http' }, 'captured pod-security'],
];

const CNI: readonly Row[] = [
  ['a pod of the agent', { name: 'istio-cni-node-x', in: 'istio-system', annotations: INJECTED, containers: PROXY }, 'skipped own-agent'],
  ['a namespace of the plugin', { in: 'ops' }, 'skipped excluded-namespace', 'cni: {excludeNamespaces: [ops]}'],
  ['the values of the chart of the agent', { in: 'ops' }, 'skipped excluded-namespace', 'excludeNamespaces: [ops]'],
  [
    'kube-system is excluded when nothing is said',
    { in: 'kube-system', annotations: INJECTED, containers: PROXY },
    'skipped excluded-namespace',
  ],
  [
    'a list without kube-system takes it in',
    { in: 'kube-system', annotations: INJECTED, containers: PROXY },
    'captured settings-valid',
    'cni: {excludeNamespaces: []}',
  ],
  ['injected with istio-init', { annotations: INJECTED, init: '[{name: istio-init}]', containers: PROXY }, 'skipped has-istio-init'],
  [
    'Envoy is disabled',
    { annotations: INJECTED, containers: '[{name: istio-proxy, env: [{name: DISABLE_ENVOY, value: "t"}]}]' },
    'skipped envoy-disabled',
  ],
  [
    'Envoy is disabled from elsewhere: not read',
    { annotations: INJECTED, containers: '[{name: istio-proxy, env: [{name: DISABLE_ENVOY, valueFrom: {}}]}]' },
    'captured settings-valid',
  ],
  ['Envoy is disabled by the mesh', {}, 'skipped envoy-disabled', 'meshConfig: {defaultConfig: {proxyMetadata: {DISABLE_ENVOY: "true"}}}'],
  [
    'the pod takes that back',
    { annotations: 'proxy.istio.io/config: "proxyMetadata: {DISABLE_ENVOY: \'false\'}"' },
    'captured settings-valid',
    'meshConfig: {defaultConfig: {proxyMetadata: {DISABLE_ENVOY: "true"}}}',
  ],
  ['a status without a proxy', { annotations: INJECTED }, 'skipped no-istio-proxy'],
  [
    'a proxy among the init containers counts',
    { annotations: INJECTED, init: '[{name: istio-proxy, restartPolicy: Always, args: [proxy, sidecar]}]' },
    'captured settings-valid',
  ],
  ['a gateway', { annotations: INJECTED, containers: '[{name: istio-proxy, args: [proxy, router]}]' }, 'skipped proxy-type'],
  ['injected, and it says no', { annotations: `${INJECTED}, sidecar.istio.io/inject: "0"`, containers: PROXY }, 'skipped inject-false'],
  ['injected by hand, without a status', { init: '[{name: istio-validation}]', containers: PROXY }, 'skipped no-status'],
  // scenarios.ts, number 19
  ['mode NONE', { annotations: 'sidecar.istio.io/interceptionMode: NONE' }, 'blocked settings-valid'],
  ['mode NONE in the whole mesh', {}, 'blocked settings-valid', 'meshConfig: {defaultConfig: {interceptionMode: NONE}}'],
  [
    'an outbound port that only the plugin checks',
    { annotations: 'traffic.sidecar.istio.io/includeOutboundPorts: http' },
    'blocked settings-valid',
  ],
  [
    'a namespace that refuses NET_ADMIN',
    { namespace: `${ENABLED}, pod-security.kubernetes.io/enforce: baseline` },
    'captured settings-valid',
  ],
  [
    'an injected pod with a wrong annotation',
    { annotations: `${INJECTED}, traffic.sidecar.istio.io/includeInboundPorts: x`, containers: PROXY },
    'blocked settings-valid',
  ],
];

const NAD = 'kind: NetworkAttachmentDefinition\nmetadata: {name: istio-cni, namespace: default}\n---\n';
const MULTUS: readonly Row[] = [
  ['injection adds the network', {}, 'captured settings-valid', MULTUS_VALUES],
  ['values without the provider add none', {}, 'skipped network-named', 'pilot: {cni: {enabled: true}}'],
  [
    'unless the pod names it',
    { annotations: 'k8s.v1.cni.cncf.io/networks: "default/istio-cni, storage"' },
    'captured settings-valid',
    'pilot: {cni: {enabled: true}}',
  ],
  [
    'in JSON',
    { annotations: `k8s.v1.cni.cncf.io/networks: '[{"name": "istio-cni", "namespace": "default"}]'` },
    'captured settings-valid',
    'pilot: {cni: {enabled: true}}',
  ],
  ['not chained, as older charts say it', {}, 'captured settings-valid', 'istio_cni: {enabled: true, chained: false}', '1.28'],
  [
    'the mesh replaces the annotation',
    {},
    'skipped network-named',
    `${MULTUS_VALUES}\nsidecarInjectorWebhook: {injectedAnnotations: {k8s.v1.cni.cncf.io/networks: storage}}`,
  ],
  [
    'an injected pod has what it has',
    { annotations: `${INJECTED}, k8s.v1.cni.cncf.io/networks: storage`, containers: PROXY },
    'skipped network-named',
    MULTUS_VALUES,
  ],
  [
    'an attachment that is not there',
    { annotations: 'k8s.v1.cni.cncf.io/networks: storage', more: NAD },
    'blocked attachment-exists',
    MULTUS_VALUES,
  ],
  ['all attachments are there', { more: NAD }, 'captured settings-valid', MULTUS_VALUES],
  ['a network that is not a name', { annotations: 'k8s.v1.cni.cncf.io/networks: "a b"' }, 'blocked network-named', MULTUS_VALUES],
  ['JSON that is none', { annotations: 'k8s.v1.cni.cncf.io/networks: "[{name: x}]"' }, 'blocked network-named', MULTUS_VALUES],
];

const AMBIENT_ROWS: readonly Row[] = [
  ['a namespace that is not in the files takes part', {}, 'captured namespace-label'],
  ['the label of the namespace', { namespace: AMBIENT }, 'captured namespace-label'],
  ['no label', { namespace: '' }, 'skipped namespace-label'],
  ['the label of the pod', { labels: AMBIENT, namespace: '' }, 'captured pod-label'],
  ['the pod says none', { labels: 'istio.io/dataplane-mode: none', namespace: AMBIENT }, 'skipped pod-label'],
  ['a sidecar', { annotations: INJECTED, containers: PROXY, namespace: AMBIENT }, 'skipped has-sidecar'],
  ['it will get a sidecar', { namespace: `${AMBIENT}, ${ENABLED}` }, 'skipped has-sidecar'],
  [
    'it could get a sidecar and says no',
    { labels: 'sidecar.istio.io/inject: "false"', namespace: `${AMBIENT}, ${ENABLED}` },
    'captured namespace-label',
  ],
  ['hostNetwork', { spec: 'hostNetwork: true', namespace: AMBIENT }, 'skipped host-network'],
  ['hostNetwork, as 1.27 to 1.30 had it', { spec: 'hostNetwork: true', namespace: AMBIENT }, 'captured namespace-label', '', '1.28'],
  ['hostNetwork in 1.26', { spec: 'hostNetwork: true', namespace: AMBIENT }, 'skipped host-network', '', '1.26'],
  ['an excluded namespace', { in: 'kube-system', namespace: AMBIENT }, 'skipped excluded-namespace'],
  ['the agent of 1.29 does not ask', { in: 'kube-system', namespace: AMBIENT }, 'captured namespace-label', '', '1.29'],
  [
    'selectors of the mesh choose the pod',
    { labels: 'mesh: "on"', namespace: '' },
    'captured enablement-selectors',
    'ambient: {enablementSelectors: [{podSelector: {matchLabels: {mesh: off}}}, {podSelector: {matchLabels: {mesh: "on"}}, namespaceSelector: {}}]}',
  ],
  [
    'or its namespace',
    { namespace: 'mesh: "on"' },
    'captured enablement-selectors',
    'cni: {ambient: {enablementSelectors: [{namespaceSelector: {matchExpressions: [{key: mesh, operator: Exists}]}}]}}',
  ],
  [
    'both have to be chosen; the usual labels count no more',
    { namespace: AMBIENT, labels: AMBIENT },
    'skipped enablement-selectors',
    'ambient: {enablementSelectors: [{podSelector: {matchLabels: {mesh: x}}, namespaceSelector: {matchLabels: {istio.io/dataplane-mode: ambient}}}]}',
  ],
  ['ztunnel', { labels: 'app: ztunnel', namespace: AMBIENT }, 'skipped ztunnel'],
];

describe.each([
  ['init', INIT],
  ['cni', CNI],
  ['multus', MULTUS],
  ['ambient', AMBIENT_ROWS],
] as const)('%s', (approach, rows) => {
  it.each(titled(rows))('%s', async (_, row) => {
    const [, , expected] = row;
    expect(await answer(approach, row)).toBe(expected);
  });
});

describe('the trace', () => {
  it('ends at the first step that decides, whose place is that of the cause', async () => {
    const [one] = await enrolAll({ pods: manifest({ annotations: 'sidecar.istio.io/inject: "false"' }), approach: 'cni' });
    const last = one?.taken.at(-1)?.answer;
    expect(last?.at && positionOf(last.at).line).toBe(6);
    expect(one?.taken.filter(({ answer: { kind } }) => kind === 'skip')).toHaveLength(1);
  });

  it('every problem of a pod that does not start is told, not only the first', async () => {
    const annotations = 'traffic.sidecar.istio.io/includeInboundPorts: x, traffic.sidecar.istio.io/excludeOutboundIPRanges: z';
    const [one] = await enrolAll({ pods: manifest({ annotations }), approach: 'init' });
    const last = one?.taken.at(-1)?.answer;
    expect(last?.kind === 'block' && last.problems.map(({ message }) => message)).toEqual([
      'annotation traffic.sidecar.istio.io/excludeOutboundIPRanges: `z` is not an address range such as 10.0.0.0/8',
      'annotation traffic.sidecar.istio.io/includeInboundPorts: `x` is not a port, 0 to 65535',
    ]);
  });

  it('ids of steps are unique within a stage, and every step is a question with a source', () => {
    for (const approach of APPROACHES)
      for (const { steps } of STAGES[approach]) {
        expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
        for (const { asks, source } of steps) expect([asks.endsWith('?'), source !== '']).toEqual([true, true]);
      }
  });

  it('every step has a page with advice', () => {
    for (const { id, why, todo } of PAGES.filter(({ group }) => group === 'step'))
      expect([id, why !== '' && todo !== '']).toEqual([id, true]);
    const ids = APPROACHES.flatMap((approach) => STAGES[approach].flatMap((stage) => stage.steps.map(({ id }) => id)));
    expect(PAGES.filter(({ group }) => group === 'step').map(({ id }) => id)).toEqual([...new Set(ids)]);
  });

  it('every step decides in some case above', async () => {
    const cases = (approach: Approach, rows: readonly Row[]) => rows.map((row) => ({ approach, row }));
    const all = [
      ...cases('cni', [...INJECTION, ...CNI]),
      ...cases('init', INIT),
      ...cases('multus', MULTUS),
      ...cases('ambient', AMBIENT_ROWS),
    ];
    const decided = new Set<string>();
    for (const { approach, row } of all) {
      const [, fields, , values = '', istio = '1.31'] = row;
      const [one] = await enrolAll({ pods: manifest(fields), approach, values, istio });
      for (const { step, answer: given } of one?.taken ?? []) if (given.kind !== 'on') decided.add(step.id);
    }
    const steps = new Set(APPROACHES.flatMap((approach) => STAGES[approach].flatMap((stage) => stage.steps.map(({ id }) => id))));
    expect([...steps].filter((id) => !decided.has(id))).toEqual([]);
  });
});
