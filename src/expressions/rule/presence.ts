/** In a set, whether something is there is a number. */
import type { NftElement, NftExpression } from '../../syntax/nft/ast.ts';
import type { StatementOf } from '../contract/statement.ts';
import { DATATYPES } from '../datatypes/all.ts';
import { BOOLEAN } from '../datatypes/constants.ts';
import type { Datatype } from '../datatypes/datatype.ts';

/** Of an option a number like others, of an extension header, for nft, the protocol behind it. */
export function withoutPresence(
  { left, right }: StatementOf<'match'>,
  types: readonly Datatype[],
): readonly [NftExpression, readonly Datatype[]] {
  if (left.kind !== 'header' || types[0]?.name !== 'presence' || right.kind !== 'set' || right.elements.length === 1) return [right, types];
  return [{ ...right, elements: right.elements.map(asNumber) }, [numberOfPresence(left, types[0])]];
}

/** The type of what there is, of an option or header that is there or not. */
export function numberOfPresence(left: NftExpression | undefined, type: Datatype): Datatype {
  if (left?.kind !== 'header' || type.name !== 'presence') return type;
  return left.of === 'exthdr' ? DATATYPES.inet_proto : { ...DATATYPES.integer, bits: 8 };
}

/** `exists` is 1, `missing` is 0. */
export function asNumber(element: NftElement): NftElement {
  const key = numbered(element.key);
  return key === element.key ? element : { ...element, key };
}

export function numbered(value: NftExpression): NftExpression {
  const number = value.kind === 'value' ? BOOLEAN.get(value.text) : undefined;
  if (number === undefined) return value;
  return { start: value.start, end: value.end, kind: 'value', form: 'number', text: String(number) };
}
