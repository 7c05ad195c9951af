/** Sets that a transaction takes for granted: the agent of an ambient mesh makes them before its rules, and fills them with the pods of the node.
 *  source: istio/istio cni/pkg/nftables/host_sets.go */
import type { NftSetNode, NftTableNode } from '../syntax/nft/ast.ts';

const MADE_BEFORE: Readonly<Record<string, string>> = { 'istio-inpod-probes-v4': 'ipv4_addr', 'istio-inpod-probes-v6': 'ipv6_addr' };

/** Their elements are not known. None where the text makes them. */
export function setsMadeBefore({ family, name, sets, start, end }: NftTableNode): readonly NftSetNode[] {
  if (family !== 'inet' || name.text !== 'istio-ambient-nat') return [];
  return Object.entries(MADE_BEFORE)
    .filter(([text]) => !sets.some((set) => set.name.text === text))
    .map(([text, type]): NftSetNode => {
      const key = { types: [{ ...name, text: type }] };
      return { kind: 'set', name: { ...name, text }, key, flags: [], statements: [], elements: [], start, end };
    });
}
