/** Rules of nftables for pods: who was told of them, by what, and what is found where only one of istiod and the CNI plugin was. */
import { describe, expect, it } from 'vitest';
import type { Approach } from '../../../src/injection/facts/approach.ts';
import { checkPod } from '../../../src/injection/podChecks/checks.ts';
import { podRules } from '../../../src/injection/podRules/podRules.ts';
import { enrolAll } from './read.ts';

const POD = `kind: Namespace
metadata: {name: s, labels: {istio-injection: enabled}}
---
kind: Pod
metadata: {name: a, namespace: s}
spec: {containers: [{name: a}]}
`;
const AMBIENT = POD.replace('istio-injection: enabled', 'istio.io/dataplane-mode: ambient');
const INJECTED = POD.replace('name: a, namespace: s', 'name: a, namespace: s, annotations: {sidecar.istio.io/status: "{}"}').replace(
  'containers: [{name: a}]',
  'containers: [{name: istio-proxy}], initContainers: [{name: istio-init, args: [istio-iptables, -b, "*", --native-nftables]}]',
);
const HELM = 'global: {nativeNftables: true}';
const operator = (kind: string, on: boolean) => `kind: ${kind}
apiVersion: sailoperator.io/v1
metadata: {name: default}
spec: {values: {global: {nativeNftables: ${on}}, pilot: {cni: {enabled: true}}}}
`;
const SAIL = (istio: boolean, plugin: boolean) => `${operator('Istio', istio)}---\n${operator('IstioCNI', plugin)}`;
const AGENT = (on: boolean) => `kind: ConfigMap
metadata: {name: istio-cni-config, namespace: istio-system}
data: {NATIVE_NFTABLES: "${on}"}
`;
const INJECTOR = (on: boolean) => `kind: ConfigMap
metadata: {name: istio-sidecar-injector, namespace: istio-system}
data: {values: '{"global": {"nativeNftables": ${on}}}'}
`;

const ZTUNNEL = 'kind: ZTunnel\napiVersion: sailoperator.io/v1\nmetadata: {name: default}\nspec: {values: {ztunnel: {}}}\n';
/** Values of two charts: of an umbrella, of Argo CD, of Helmfile. */
const UMBRELLA = (istiod: boolean, plugin: boolean) =>
  `istiod: {pilot: {cni: {enabled: true}}, global: {nativeNftables: ${istiod}}}\ncni: {cni: {}, global: {nativeNftables: ${plugin}}}\n`;
const ARGO = (istiod: boolean, plugin: boolean) => `kind: Application
spec:
  sources:
    - {chart: istiod, helm: {valuesObject: {pilot: {cni: {enabled: true}}, global: {nativeNftables: ${istiod}}}}}
    - {chart: cni, helm: {valuesObject: {excludeNamespaces: [a], global: {nativeNftables: ${plugin}}}}}
`;
const HELMFILE = (istiod: boolean, plugin: boolean) => `releases:
  - {name: istiod, chart: istio/istiod, set: [{name: pilot.cni.enabled, value: true}, {name: global.nativeNftables, value: ${istiod}}]}
  - {name: istio-cni, chart: istio/cni, set: [{name: global.nativeNftables, value: ${plugin}}]}
`;
const REVISION = (name: string, on: boolean) => operator('Istio', on).replace('{name: default}', `{name: ${name}}`);
const OF_CANARY = POD.replace('istio-injection: enabled', 'istio.io/rev: canary');
const VARIABLE = (on: string) => `global: {nativeNftables: true}\npilot: {cni: {enabled: true}}\ncni: {env: {NATIVE_NFTABLES: "${on}"}}\n`;

interface Asked {
  readonly approach: Approach;
  readonly values?: string;
  readonly pods?: string;
  readonly istio?: string;
}

async function answer({ approach, values = '', pods = approach === 'ambient' ? AMBIENT : POD, istio = '1.31' }: Asked) {
  const [enrolment] = await enrolAll({ pods, approach, values, istio });
  if (enrolment === undefined) throw new Error('no pod');
  const rules = podRules(enrolment);
  const { rendered } = rules;
  const found = checkPod(enrolment, rules).filter(({ message }) => message.includes('nativeNftables'));
  return [rendered?.nft === undefined ? (rendered?.v4 === '' ? 'none' : 'iptables') : 'nftables', ...found.map(({ message }) => message)];
}

const OF_ISTIOD = 'global.nativeNftables is set for istiod and not for the CNI plugin, which writes iptables rules';
const OF_PLUGIN = 'global.nativeNftables is set for the CNI plugin and not for istiod: the containers that it injects are told of iptables';

const CASES: readonly (readonly [what: string, asked: Asked, answer: readonly string[]])[] = [
  ['nobody was told', { approach: 'init' }, ['iptables']],
  ['Helm values, init', { approach: 'init', values: HELM }, ['nftables']],
  ['Helm values, plugin', { approach: 'cni', values: HELM }, ['nftables']],
  ['Helm values, ambient', { approach: 'ambient', values: HELM }, ['nftables']],
  ['sidecars since 1.27', { approach: 'init', values: HELM, istio: '1.27' }, ['nftables']],
  ['not before', { approach: 'cni', values: HELM, istio: '1.26' }, ['iptables']],
  ['ambient since 1.28', { approach: 'ambient', values: HELM, istio: '1.27' }, ['iptables']],
  ['an IstioOperator is of both', { approach: 'cni', values: `kind: IstioOperator\nspec: {values: {${HELM}}}` }, ['nftables']],
  ['both objects of Sail', { approach: 'cni', values: SAIL(true, true) }, ['nftables']],
  ['Istio alone: the plugin writes its own', { approach: 'cni', values: SAIL(true, false) }, ['iptables', OF_ISTIOD]],
  ['Istio alone: istio-init', { approach: 'init', values: SAIL(true, false) }, ['nftables']],
  ['IstioCNI alone', { approach: 'cni', values: SAIL(false, true) }, ['nftables', OF_PLUGIN]],
  ['IstioCNI alone: ambient', { approach: 'ambient', values: SAIL(false, true) }, ['nftables']],
  ['Istio alone: ambient', { approach: 'ambient', values: SAIL(true, false) }, ['iptables']],
  ['an object of which there is no other', { approach: 'cni', values: operator('Istio', true) }, ['nftables']],
  ['ConfigMaps of a cluster', { approach: 'cni', pods: `${POD}---\n${AGENT(true)}---\n${INJECTOR(true)}` }, ['nftables']],
  ['ConfigMaps that differ', { approach: 'cni', pods: `${POD}---\n${AGENT(false)}---\n${INJECTOR(true)}` }, ['iptables', OF_ISTIOD]],
  ['a ZTunnel beside them says nothing of it', { approach: 'cni', values: `${SAIL(true, true)}---\n${ZTUNNEL}` }, ['nftables']],
  ['an umbrella chart', { approach: 'cni', values: UMBRELLA(true, true) }, ['nftables']],
  ['an umbrella chart, istiod alone', { approach: 'cni', values: UMBRELLA(true, false) }, ['iptables', OF_ISTIOD]],
  ['an umbrella chart, the plugin alone', { approach: 'cni', values: UMBRELLA(false, true) }, ['nftables', OF_PLUGIN]],
  ['an umbrella chart, for all of its charts', { approach: 'cni', values: `${HELM}\n${UMBRELLA(false, false)}` }, ['nftables']],
  ['Argo CD, istiod alone', { approach: 'cni', values: ARGO(true, false) }, ['iptables', OF_ISTIOD]],
  ['Argo CD, istiod alone: istio-init', { approach: 'init', values: ARGO(true, false) }, ['nftables']],
  ['Argo CD, the plugin alone: ambient', { approach: 'ambient', values: ARGO(false, true) }, ['nftables']],
  ['Helmfile, the plugin alone', { approach: 'cni', values: HELMFILE(false, true) }, ['nftables', OF_PLUGIN]],
  ['Helmfile, both', { approach: 'cni', values: HELMFILE(true, true) }, ['nftables']],
  ['a variable of the agent goes before it', { approach: 'cni', values: VARIABLE('false') }, ['iptables', OF_ISTIOD]],
  ['a variable as Go reads switches', { approach: 'cni', values: VARIABLE('1') }, ['nftables']],
  [
    'a revision with nftables',
    { approach: 'init', pods: OF_CANARY, values: `${REVISION('default', false)}---\n${REVISION('canary', true)}` },
    ['nftables'],
  ],
  ['a revision without', { approach: 'init', values: `${REVISION('default', false)}---\n${REVISION('canary', true)}` }, ['iptables']],
  [
    'a revision that the plugin does not follow',
    { approach: 'cni', pods: OF_CANARY, values: `${SAIL(false, false)}---\n${REVISION('canary', true)}` },
    ['iptables', OF_ISTIOD],
  ],
  ['arguments of an injected pod', { approach: 'init', pods: INJECTED }, ['nftables']],
];

describe('the backend of a pod', () => {
  it.each(CASES)('%s', async (_, asked, expected) => expect(await answer(asked)).toEqual(expected));
});
