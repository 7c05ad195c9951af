/** A match statement: an expression, an operator, and what it is compared with. */
import type { IntervalSet } from '../../lib/intervals.ts';
import { and, type MatchExpr, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { NftExpression, NftStatement } from '../../syntax/nft/ast.ts';
import type { Bits } from '../contract/bits.ts';
import type { NftRuleContext } from '../contract/context.ts';
import type { Datatype } from '../datatypes/datatype.ts';
import { constantOf, intervalOf } from './constant.ts';
import { hasKey, implied, inElements, inRows } from './keyed.ts';
import { onlyValue } from './onlyValue.ts';
import { type KeyPart, keyParts } from './part.ts';
import { elementRows, elementsOf } from './rows.ts';

export type MatchStatement = Extract<NftStatement, { kind: 'match' }>;

export function comparisonOf(statement: MatchStatement, context: NftRuleContext): MatchExpr {
  const parts = keyParts(statement.left, context);
  const asked = askedOf(statement, parts, context);
  if (asked === undefined) return and(hasKey(parts), unmodelled('a value that is known only where the rules are loaded'));
  if (statement.op === '!=' && !asked.whole) return and(hasKey(parts), not(asked.expr));
  // what is not there has none of the values
  return and(...parts.map(implied), asked.expr);
}

interface Asked {
  readonly expr: MatchExpr;
  /** `!=` is in it already */
  readonly whole?: true;
}

function askedOf(statement: MatchStatement, parts: readonly KeyPart[], context: NftRuleContext): Asked | undefined {
  const { op, right } = statement;
  const lotId = `${context.ruleId}@${statement.start}`;
  const types = parts.map(({ type }) => type);
  const elements = elementsOf(right, { types, wanted: 'set' }, context);
  if (elements !== undefined) {
    const expr = inElements(parts, elements, lotId);
    const beside = besideOthers(statement, types, context);
    return { expr: beside === undefined ? expr : or(expr, beside) };
  }
  const [only] = parts;
  if (only === undefined || parts.length > 1) {
    const rows = elementRows([{ start: right.start, end: right.end, key: right, statements: [] }], types, context);
    return rows && { expr: inRows(parts, rows, lotId) };
  }
  if (op === '<' || op === '>' || op === '<=' || op === '>=') {
    const bound = constantOf(right, only.type, context);
    return bound === undefined ? undefined : { expr: inPart(only, beyond(op, bound, only.type.bits), lotId) };
  }
  if (only.type.flags === true && (op === undefined || op === '!') && isBits(right)) {
    const bits = constantOf(right, only.type, context);
    if (bits === undefined || typeof bits === 'string') return undefined;
    const none = inPart({ ...only, mask: maskedBy(only.mask, bits), xor: xorUnder(only.xor, bits) }, [{ lo: 0, hi: 0 }], lotId);
    return { expr: op === '!' ? none : and(only.selection.present, not(none)), whole: true };
  }
  if (right.kind === 'binary' && right.op === '/') {
    const [value, mask] = [constantOf(right.left, only.type, context), constantOf(right.right, only.type, context)];
    if (typeof value !== 'number' || typeof mask !== 'number') return undefined;
    return { expr: inPart({ ...only, mask, xor: 0 }, [{ lo: value, hi: value }], lotId) };
  }
  const interval = intervalOf(right, only.type, context);
  if (interval === undefined) return undefined;
  if (isTurned(right, only.type, context)) return { expr: and(only.selection.present, not(inPart(only, [interval], lotId))), whole: true };
  return { expr: inPart(only, [interval], lotId) };
}

/** `"Saturday"-"Monday"`, all other days than those between. */
function isTurned(right: NftExpression, type: KeyPart['type'], context: NftRuleContext): boolean {
  if (right.kind !== 'range' || type.name !== 'day') return false;
  const [lo, hi] = [constantOf(right.lo, type, context), constantOf(right.hi, type, context)];
  return lo !== undefined && hi !== undefined && lo > hi;
}

/** `tcp flags { syn }` is that flag alone as a set, and a flag beside others where nft made it a value: 1.0.6 does, later versions do not, and
 *  what either has loaded is listed in one way by some version. nftables src/evaluate.c optimize_singleton_set() */
function besideOthers(statement: MatchStatement, types: readonly Datatype[], context: NftRuleContext): MatchExpr | undefined {
  const only = onlyValue(statement.right);
  const [type] = types;
  if (
    statement.op !== undefined ||
    type?.flags !== true ||
    type.name === 'ct_state' ||
    statement.right.kind !== 'set' ||
    only.kind !== 'value'
  )
    return undefined;
  const bits = comparisonOf({ ...statement, right: only }, { ...context, report: () => {} });
  return and(bits, unmodelled('a set of one flag, which nft may have loaded as that flag with whatever others'));
}

function inPart(part: KeyPart, intervals: IntervalSet, lotId: string): MatchExpr {
  return inRows([part], [{ key: [intervals], element: EMPTY }], lotId);
}

const EMPTY = { start: 0, end: 0, key: { kind: 'wildcard', start: 0, end: 0 }, statements: [] } as const;

/** A value alone, or a list: some of its bits. */
function isBits({ kind }: NftExpression): boolean {
  return kind === 'value' || kind === 'list';
}

function maskedBy(mask: Bits | undefined, bits: Bits): Bits {
  return mask === undefined ? bits : (Number(mask) & Number(bits)) >>> 0;
}

function xorUnder(xor: Bits | undefined, bits: Bits): Bits {
  return (Number(xor ?? 0) & Number(bits)) >>> 0;
}

function beyond(op: '<' | '>' | '<=' | '>=', bound: FieldValue, bits: number): IntervalSet {
  if (typeof bound === 'string') return [];
  const last = typeof bound === 'bigint' ? (1n << 128n) - 1n : Math.min(2 ** bits - 1, Number.MAX_SAFE_INTEGER);
  const least = typeof bound === 'bigint' ? 0n : 0;
  const next = (by: 1 | -1): Bits => (typeof bound === 'bigint' ? bound + BigInt(by) : bound + by);
  switch (op) {
    case '<':
      return bound > least ? [{ lo: least, hi: next(-1) }] : [];
    case '<=':
      return [{ lo: least, hi: bound }];
    case '>':
      return bound < last ? [{ lo: next(1), hi: last }] : [];
    case '>=':
      return [{ lo: bound, hi: last }];
  }
}
