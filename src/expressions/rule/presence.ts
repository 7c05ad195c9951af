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
  const type = left.of === 'exthdr' ? DATATYPES.inet_proto : { ...DATATYPES.integer, bits: 8 };
  return [{ ...right, elements: right.elements.map(asNumber) }, [type]];
}

/** `exists` is 1, `missing` is 0. */
export function asNumber(element: NftElement): NftElement {
  const { key } = element;
  const number = key.kind === 'value' ? BOOLEAN.get(key.text) : undefined;
  return number === undefined ? element : { ...element, key: { ...key, kind: 'value', form: 'number', text: String(number) } };
}
