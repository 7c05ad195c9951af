/** A field that is written, by its place: the kernel writes whole bytes, two of them where the header has a checksum.
 *  nftables src/evaluate.c stmt_evaluate_payload() */
import type { NftExpression } from '../../syntax/nft/ast.ts';
import { bareSpan } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { StatementOf } from '../contract/statement.ts';
import { constantOf } from '../values/constant.ts';
import { keyPart } from '../values/part.ts';

type Raw = Extract<NftExpression, { kind: 'raw' }>;
type Write = StatementOf<'write'>;

/** Undefined: another value than a constant. */
export function writtenByPlace(statement: Write, { field: _, ...raw }: Raw, context: NftRuleContext): Write | undefined {
  const { to, value } = statement;
  const isConstant = value.kind === 'value' || value.kind === 'list' || value.kind === 'binary';
  const bits = isConstant ? constantOf(value, keyPart(to, context).type, context) : undefined;
  if (bits === undefined || typeof bits === 'string') return undefined;
  const { offset, length, behind } = bytesAround(raw, to.kind === 'payload' && to.protocol !== 'ip6');
  const number = (of: bigint): NftExpression => ({ ...bareSpan(value), kind: 'value', form: 'number', text: `0x${of.toString(16)}` });
  const whole: Raw = { ...raw, offset, length };
  if (length === raw.length) return { ...statement, to: whole, value: number(BigInt(bits)) };
  const all = (1n << BigInt(length)) - 1n;
  const set = BigInt(bits) << BigInt(behind);
  const kept = all ^ (((1n << BigInt(raw.length)) - 1n) << BigInt(behind)) ^ set;
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

function bytesAround(
  { offset, length }: Raw,
  checksum: boolean,
): { readonly offset: number; readonly length: number; readonly behind: number } {
  const first = Math.floor(offset / 8);
  const bytes = Math.ceil((offset + length) / 8) - first;
  const behind = (first + bytes) * 8 - offset - length;
  const isOdd = checksum && bytes % 2 === 1;
  if (!isOdd) return { offset: first * 8, length: bytes * 8, behind };
  if (first % 2 === 1) return { offset: (first - 1) * 8, length: (bytes + 1) * 8, behind };
  return { offset: first * 8, length: (bytes + 1) * 8, behind: behind + 8 };
}
