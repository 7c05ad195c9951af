/** Objects of a cluster that configure a mesh: the ConfigMaps that istiod and the CNI agent read, and what operators install from.
 *  source: istio/istio charts istiod (configmap.yaml, istiod-injector-configmap.yaml) and cni (configmap-cni.yaml); sailoperator.io/v1 */

import { readNestedText } from '../../kubernetes/manifest/nested.ts';
import { at, type Document, itemsOf, type Node, type ReadNested, stringAt } from '../../kubernetes/yaml/node.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type ProblemSink, reportInto } from '../../syntax/text/problems.ts';
import { istiodVariableRemarks } from '../knownNames/istiodVariables.ts';
import { meshConfigRemarks, valuesRemarks } from '../knownNames/remarks.ts';
import { specRemarks } from '../knownNames/specRemarks.ts';
import { agentValues, injectorValues } from './flatKeys.ts';
import { type ConfigurationPart, NOTHING, type ObjectParts } from './parts.ts';
import { namedFields, scalarNode, treeOf } from './trees.ts';

/** `spec.values`, and `spec.meshConfig` before the one among the values. */
const OPERATORS = ['IstioOperator', 'Istio', 'IstioRevision', 'IstioCNI'];

/** Others have objects of the same kinds. */
const OTHERS = /^(?:istio\.banzaicloud\.io|servicemesh\.cisco\.com|config\.kyma-project\.io|operator\.kyma-project\.io)\//;
const INSTALLS = ['values', 'meshConfig', 'profile', 'components', 'version'];

/** Whether an object is one of those. ConfigMaps are known by their names and keys, as there are many others. */
export function configuresMesh(object: Node): boolean {
  const kind = stringAt(object, 'kind') ?? '';
  const isOther = OTHERS.test(stringAt(object, 'apiVersion') ?? '');
  if (OPERATORS.includes(kind)) return !isOther && INSTALLS.some((key) => at(object, 'spec', key) !== undefined);
  return kind === 'ConfigMap' && configMapOf(object) !== undefined;
}

interface ConfigMap {
  readonly is: 'mesh' | 'injector' | 'agent';
  readonly revision: string;
}

function configMapOf(object: Node): ConfigMap | undefined {
  const name = stringAt(object, 'metadata', 'name') ?? '';
  const data = (key: string) => at(object, 'data', key) !== undefined;
  const [, injector, revision = 'default'] = /^istio(-sidecar-injector)?(?:-(.+))?$/.exec(name) ?? [];
  if (name === 'istio-cni-config') return { is: 'agent', revision: '' };
  if (injector !== undefined && (data('values') || data('config'))) return { is: 'injector', revision };
  // SHARED_MESH_CONFIG of istiod, as the add-on of AKS has it
  const shared = /^istio-shared-configmap(?:-(.+))?$/.exec(name);
  if (shared !== null && data('mesh')) return { is: 'mesh', revision: shared[1] ?? 'default' };
  return /^istio(-|$)/.test(name) && data('mesh') ? { is: 'mesh', revision } : undefined;
}

export interface ReadObject {
  readonly document: Document;
  readonly readNested: ReadNested;
  readonly diagnostics: Diagnostic[];
}

export function partsOfObject({ document, readNested, diagnostics }: ReadObject): ObjectParts {
  const { source, root } = document;
  const report = reportInto(diagnostics, source);
  if (stringAt(root, 'kind') !== 'ConfigMap') return partsOfOperator(document, report);
  const map = configMapOf(root);
  if (map === undefined) return NOTHING;
  const { revision } = map;
  if (map.is === 'agent') return { values: [{ source, root: agentValues(root), of: 'plugin' }], meshConfig: [] };
  const nested = (key: string): readonly Node[] => {
    const node = at(root, 'data', key);
    const read = node && readNestedText({ source, node, readNested, report });
    return read === undefined ? [] : [read.root];
  };
  const part = (node: Node): ConfigurationPart => ({ source, root: node, revision });
  if (map.is === 'mesh') {
    const mesh = nested('mesh');
    for (const remark of mesh.flatMap((node) => meshConfigRemarks(node))) report(remark);
    return { values: [], meshConfig: mesh.map(namedFields).map(part) };
  }
  const values = nested('values');
  for (const remark of values.flatMap((node) => valuesRemarks({ root: node, made: true }))) report(remark);
  return {
    values: [...nested('config').map(injectorValues), ...values].map((node) => ({ ...part(node), made: true, of: 'istiod' as const })),
    meshConfig: [],
  };
}

function partsOfOperator({ source, root }: Document, report: ProblemSink): ObjectParts {
  const kind = stringAt(root, 'kind');
  const named = kind === 'IstioOperator' ? (stringAt(root, 'spec', 'revision') ?? stringAt(root, 'spec', 'values', 'revision')) : undefined;
  const revision = named ?? (kind === 'Istio' || kind === 'IstioRevision' ? stringAt(root, 'metadata', 'name') : undefined) ?? 'default';
  // Sail has an object for each component
  const component = kind === 'IstioOperator' ? {} : { of: kind === 'IstioCNI' ? ('plugin' as const) : ('istiod' as const) };
  const parts = (...nodes: readonly (Node | undefined)[]): readonly ConfigurationPart[] =>
    nodes.flatMap((node) => (node === undefined ? [] : [{ source, root: node, ...(kind !== 'IstioCNI' && { revision }), ...component }]));
  const spec = at(root, 'spec');
  const [values, mesh] = [at(spec, 'values'), at(spec, 'meshConfig')];
  const remarks = [
    ...specRemarks(kind ?? '', spec),
    ...(values === undefined ? [] : valuesRemarks({ root: values })),
    ...(mesh === undefined || kind !== 'IstioOperator' ? [] : meshConfigRemarks(mesh)),
    ...istiodVariableRemarks(at(componentEnvironment(spec), 'pilot', 'env')),
  ];
  for (const remark of remarks) report(remark);
  return {
    // of spec itself components.cni.enabled is read
    values: parts(at(spec, 'unvalidatedValues'), values, componentEnvironment(spec), spec),
    // the operators of Sail have none of their own
    meshConfig: parts(...[kind === 'IstioOperator' ? mesh : undefined, at(values, 'meshConfig')].map((node) => node && namedFields(node))),
    beneath: parts(pluginOfProfile(spec)),
  };
}

/** `components.pilot.k8s.env`, a list as in a container, as the values that it stands beside. */
function componentEnvironment(spec: Node | undefined): Node | undefined {
  const env = at(spec, 'components', 'pilot', 'k8s', 'env');
  const leaves = itemsOf(env).flatMap((item) => {
    const [name, value] = [stringAt(item, 'name'), at(item, 'value')];
    return name === undefined || value === undefined ? [] : [{ path: ['pilot', 'env', name], value, keySpan: item.span }];
  });
  return env === undefined || leaves.length === 0 ? undefined : treeOf(leaves, env.span);
}

/** istioctl installs the CNI plugin with these. source: istio/istio manifests/profiles */
const WITH_PLUGIN = ['ambient', 'openshift', 'openshift-ambient'];

function pluginOfProfile(spec: Node | undefined): Node | undefined {
  const profile = at(spec, 'profile');
  if (profile?.kind !== 'scalar' || !WITH_PLUGIN.includes(String(profile.value))) return undefined;
  return treeOf([{ path: ['components', 'cni', 'enabled'], value: scalarNode(true, profile.span) }], profile.span);
}
