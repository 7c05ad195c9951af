/** A field that is written, by the place of the bytes that are. */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import { bareSpan } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { constantOf } from '../values/constant.ts';
import { keyPart } from '../values/part.ts';
import { bytesAround, hasChecksum } from '../values/writtenBytes.ts';

type Raw = Extract<NftExpression, { kind: 'raw' }>;
type Write = StatementOf<'write'>;

/** Undefined: another value than a constant. */
export function writtenByPlace(statement: Write, { field: _, ...raw }: Raw, context: NftRuleContext): Write | undefined {
  const { to, value } = statement;
  const isConstant = value.kind === 'value' || value.kind === 'list' || value.kind === 'binary';
  const bits = isConstant ? constantOf(value, keyPart(to, context).type, context) : undefined;
  if (bits === undefined || typeof bits === 'string') return undefined;
  const { offset, length, behind } = bytesAround(raw, hasChecksum(to));
  const number = (of: bigint): NftExpression => ({ ...bareSpan(value), kind: 'value', form: 'number', text: `0x${of.toString(16)}` });
  const whole: Raw = { ...raw, offset, length };
  if (length === raw.length) return { ...statement, to: whole, value: number(BigInt(bits)) };
  const all = (1n << BigInt(length)) - 1n;
  const set = BigInt(bits) << BigInt(behind);
  const own = ((1n << BigInt(raw.length)) - 1n) << BigInt(behind);
  // fact: of no bits the listing has those that are written, not those that stay
  const kept = set === 0n ? own : all ^ own ^ set;
  const step = (left: NftExpression, op: '&' | '|', by: bigint): NftExpression => ({
    ...bareSpan(value),
    kind: 'binary',
    op,
    left,
    right: number(by),
  });
  const masked = kept === all ? whole : step(whole, '&', kept);
  return { ...statement, to: whole, value: set === 0n ? masked : step(masked, '|', set) };
}
