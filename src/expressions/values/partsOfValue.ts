/** How many parts a value of a named map has: an address and a port are two. */
import type { NftSetNode } from '../../syntax/nft/ast.ts';

export function partsOfValue(map: Pick<NftSetNode, 'value'> | undefined): number {
  const value = map?.value;
  if (value === undefined) return 0;
  if ('types' in value) return value.types.length;
  return value.of.kind === 'concat' ? value.of.of.length : 1;
}
