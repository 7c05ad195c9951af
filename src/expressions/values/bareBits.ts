/** Flags at the ends of a range. */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Datatype } from '../datatypes/datatype.ts';

/** fact: the ends of a range of flags are listed without names, `0x1 | 0x2-0x4` */
export function bareBits(bits: number, type: Datatype, { start, end }: Span): NftExpression {
  const one = (number: number): NftExpression => ({ start, end, kind: 'value', form: 'number', text: `0x${number.toString(16)}` });
  const set = Array.from({ length: type.bits }, (_, at) => 2 ** at).filter((bit) => Math.floor(bits / bit) % 2 === 1);
  if (type.bits === 8 || set.length < 2) return one(bits);
  return set.map(one).reduce((left, right): NftExpression => ({ start, end, kind: 'binary', op: '|', left, right }));
}
