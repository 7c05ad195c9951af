/** A network as an expression over an address field. */
import { ALWAYS, inSet, type MatchExpr, masked } from '../../netfilter/matchExpr.ts';
import { prefixRange } from '../../packet/address.ts';
import type { Field } from '../../packet/fields.ts';
import { type NetworkText, prefixLength } from '../shapes/address.ts';

/** An interval for a prefix, a masked comparison for any other mask. */
export function inNetwork(field: Field, { address, mask }: NetworkText): MatchExpr {
  const length = prefixLength(mask);
  if (length === 0) return ALWAYS;
  if (length !== undefined) return inSet(field, [prefixRange({ address, length })]);
  return typeof address === 'number' && typeof mask === 'number'
    ? masked(field, (address & mask) >>> 0, mask)
    : masked(field, BigInt(address) & BigInt(mask), mask);
}
