/** Whether Istio writes rules of nftables: what each of its components was told. The chart of istiod and that of the CNI plugin have the value
 *  of the same name. */
import type { Located, Node } from '../../kubernetes/yaml/node.ts';
import type { ConfigurationPart, MeshComponent } from '../carriers/parts.ts';
import { type MeshConfiguration, valueAt } from '../configuration/mesh.ts';

/** A component of which no file says anything is taken to be told what the other one is told. */
export function nativeNftables(mesh: MeshConfiguration, component: MeshComponent): Located<string> | undefined {
  const isKnown = mesh.values.some(({ of }) => of === component);
  const values = mesh.values.filter(({ of }) => of === undefined || of === component || !isKnown);
  return valueAt({ ...mesh, values }, NATIVE_NFTABLES);
}

export const NATIVE_NFTABLES = 'global.nativeNftables';

/** What an option says, as values that every component reads. */
export function backendPart(native: boolean): ConfigurationPart {
  const text = `${NATIVE_NFTABLES}: ${native}`;
  const span = { start: 0, end: text.length };
  const map = (key: string, value: Node): Node => ({ kind: 'map', span, entries: [{ key, keySpan: span, value }] });
  return { source: { file: 'options', text }, root: map('global', map('nativeNftables', { kind: 'scalar', value: native, span })) };
}
