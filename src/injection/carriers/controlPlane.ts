/** A ServiceMeshControlPlane of OpenShift Service Mesh 2: another injector decides there, by other rules, so that it is not checked; but what it
 *  says about capture has names in the values of Istio. source: maistra/istio-operator pkg/apis/maistra/conversion; its release notes */
import { at, itemsOf, type Node } from '../../kubernetes/yaml/node.ts';
import type { TextFinding } from '../../syntax/text/problems.ts';

/** Under `spec.proxy`, and the value of Istio that it becomes. */
const BECOMES: readonly (readonly [path: string, values: string])[] = [
  ['networking.trafficControl.outbound.includedIPRanges', 'global.proxy.includeIPRanges'],
  ['networking.trafficControl.outbound.excludedIPRanges', 'global.proxy.excludeIPRanges'],
  ['networking.trafficControl.outbound.excludedPorts', 'global.proxy.excludeOutboundPorts'],
  ['networking.trafficControl.inbound.includedPorts', 'global.proxy.includeInboundPorts'],
  ['networking.trafficControl.inbound.excludedPorts', 'global.proxy.excludeInboundPorts'],
  ['networking.trafficControl.inbound.interceptionMode', 'meshConfig.defaultConfig.interceptionMode'],
];

/** Versions of OpenShift Service Mesh, and the minor version of Istio that each is made from. */
const MADE_FROM: ReadonlyMap<string, number> = new Map([
  ['2.5', 18],
  ['2.6', 20],
]);

export function controlPlaneRefused(root: Node): TextFinding {
  const span = (at(root, 'kind') ?? root).span;
  const values = at(root, 'spec', 'istio') === undefined ? fromProxy(root) : 'give what stands under `spec.istio` as --values';
  const version = at(root, 'spec', 'version');
  const minor = version?.kind === 'scalar' ? MADE_FROM.get(String(version.value).replace(/^v/, '')) : undefined;
  const istio = minor === undefined ? '' : ` --istio 1.${minor}`;
  return {
    kind: 'malformed',
    message: 'not checked: a ServiceMeshControlPlane has another injector than Istio, and capture by its rules is not known',
    span,
    help: `${values}; --mode multus${istio} is the nearest`,
  };
}

function fromProxy(root: Node): string {
  const said = BECOMES.flatMap(([path, values]) => {
    const node = at(root, 'spec', 'proxy', ...path.split('.'));
    if (node === undefined) return [];
    const items = node.kind === 'list' ? itemsOf(node) : [node];
    return [`${values}: "${items.map((item) => (item.kind === 'scalar' ? String(item.value) : '')).join(',')}"`];
  });
  const preview = at(root, 'spec', 'techPreview', 'meshConfig') === undefined ? [] : ['what stands under `spec.techPreview.meshConfig`'];
  const all = [...said, ...preview];
  return all.length === 0 ? 'it says nothing about capture: leave it out' : `as --values of Istio it says ${all.join(', ')}`;
}
