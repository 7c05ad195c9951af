/** Whether Istio writes rules of nftables: what each of its components was told. The chart of istiod and that of the CNI plugin have the value
 *  of the same name. */
import type { Located } from '../../kubernetes/yaml/node.ts';
import { SWITCH_OF_AGENT } from '../carriers/flatKeys.ts';
import type { ConfigurationPart, MeshComponent } from '../carriers/parts.ts';
import { scalarNode, treeOf } from '../carriers/trees.ts';
import { type MeshConfiguration, valueAt } from '../configuration/mesh.ts';
import { parseBool } from '../configuration/values.ts';

/** A component of which no file says anything is taken to be told what the other one is told. */
export function nativeNftables(mesh: MeshConfiguration, component: MeshComponent): Located<string> | undefined {
  const isKnown = mesh.values.some(({ of }) => of === component);
  const values = mesh.values.filter(({ of }) => of === undefined || of === component || !isKnown);
  const own = component === 'plugin' ? valueAt({ ...mesh, values }, OF_AGENT) : undefined;
  return own === undefined ? valueAt({ ...mesh, values }, NATIVE_NFTABLES) : { ...own, value: String(parseBool(own.value) ?? own.value) };
}

/** Variables of these values go before the ConfigMap that the chart makes of the others. */
const OF_AGENT = `cni.env.${SWITCH_OF_AGENT}`;

export const NATIVE_NFTABLES = 'global.nativeNftables';

/** What an option says, as values that every component reads, and before which no variable goes. */
export function backendPart(native: boolean): ConfigurationPart {
  const text = `${NATIVE_NFTABLES}: ${native}`;
  const span = { start: 0, end: text.length };
  const paths = [NATIVE_NFTABLES, OF_AGENT].map((path) => path.split('.'));
  const leaves = paths.map((path) => ({ path, value: scalarNode(native, span) }));
  return { source: { file: 'options', text }, root: treeOf(leaves, span) };
}
