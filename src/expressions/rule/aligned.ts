/** Bits of a packet that are no whole bytes: the kernel loads the bytes around them, and nft lists what it loads.
 *  nftables src/evaluate.c expr_evaluate_bits() */
import type { NftElement, NftExpression, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { DATATYPES } from '../datatypes/all.ts';
import { constantOf } from '../values/constant.ts';

type Raw = Extract<NftExpression, { kind: 'raw' }>;

/** `@ll,4,12 5` is `@ll,0,16 & 0xfff == 5`. */
export function inWholeBytes(statement: NftStatement, context: NftRuleContext): NftStatement {
  if (statement.kind !== 'match') return statement;
  const { left, right, op = '==' } = statement;
  const raw = left.kind === 'raw' ? left : left.kind === 'binary' && left.op === '&' && left.left.kind === 'raw' ? left.left : undefined;
  if (raw === undefined) return statement;
  const [before, behind] = [raw.offset % 8, (8 - ((raw.offset + raw.length) % 8)) % 8];
  if (before === 0 && behind === 0) return statement;
  const all = (1n << BigInt(raw.length)) - 1n;
  const asked = left.kind === 'binary' ? bitsOf(left.right, raw, context) : all;
  const shifted = right.kind === 'set' ? elementsBy(right, { by: behind, raw, context }) : valueBy(right, { by: behind, raw, context });
  if (asked === undefined || shifted === undefined) return statement;
  const whole: NftExpression = { ...raw, offset: raw.offset - before, length: before + raw.length + behind };
  const mask = number((asked & all) << BigInt(behind), left.kind === 'binary' ? left.right : raw);
  const { start, end } = left;
  return { ...statement, op, left: { start, end, kind: 'binary', op: '&', left: whole, right: mask }, right: shifted };
}

interface Shifting {
  readonly by: number;
  readonly raw: Raw;
  readonly context: NftRuleContext;
}

/** Undefined: nft lists it shifted the other way, which it cannot read. */
function valueBy(value: NftExpression, { by, raw, context }: Shifting): NftExpression | undefined {
  if (by === 0) return value;
  const bits = value.kind === 'value' ? bitsOf(value, raw, context) : undefined;
  return bits === undefined ? undefined : number(bits << BigInt(by), value);
}

function elementsBy(set: Extract<NftExpression, { kind: 'set' }>, shifting: Shifting): NftExpression | undefined {
  const elements: NftElement[] = [];
  for (const element of set.elements) {
    const key = valueBy(element.key, shifting);
    if (key === undefined) return undefined;
    elements.push({ ...element, key });
  }
  return { ...set, elements };
}

function bitsOf(value: NftExpression, { length }: Raw, context: NftRuleContext): bigint | undefined {
  const bits = constantOf(value, { ...DATATYPES.integer, bits: length, prints: 'hex' }, context);
  return bits === undefined || typeof bits === 'string' ? undefined : BigInt(bits);
}

function number(bits: bigint, { start, end }: Span): NftExpression {
  return { start, end, kind: 'value', form: 'number', text: String(bits) };
}
