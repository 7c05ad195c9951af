/** Fields of a header that a packet does not have: nft has taken it to be of another protocol, and the kernel reads what stands there.
 *  kernel net/netfilter/nft_payload.c nft_payload_eval() */
import { and, equals, inSet, type MatchExpr, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Expression } from '../contract/expression.ts';
import { type Selection, unknown } from '../contract/selection.ts';

/** In the header of the other family, or behind it. */
export function inItsPlace({ name, at }: Expression): Selection {
  const what = `what a packet of the other family has in the place of \`${name}\``;
  const [offset, width] = at ?? [0, 8];
  return unknown(what, inSet('length', [{ lo: Math.ceil((offset + width) / 8), hi: 0xffff }]));
}

/** Behind the header of the family that it is not for. */
export function ofOtherIcmp({ name }: Expression): Selection {
  return unknown(`\`${name}\` of a packet of the other family`);
}

/** Of the protocol that is meant the field, of others what they have in its place. */
export function withOthers(selection: Selection, { name }: Expression, proto: number): Selection {
  const isMeant = equals('proto', proto);
  const isOther = and(not(isMeant), equals('fragOffset', 0));
  const what = unmodelled(`what a packet of another protocol has in the place of \`${name}\``);
  const either = (meant: MatchExpr, other: MatchExpr): MatchExpr => or(and(isMeant, meant), and(isOther, other));
  return {
    present: either(selection.present, and()),
    where: (values) => either(selection.where(values), what),
  };
}
