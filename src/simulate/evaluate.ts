/** MatchExpr for one packet, compiled to closures. Kleene: an unknown part that cannot change the result does not make it unknown. */

import type { IntervalSet } from '../lib/intervals.ts';
import { assertNever } from '../lib/invariant.ts';
import type { FieldLeaf, MatchExpr, TupleExpr } from '../netfilter/matchExpr.ts';
import { rowsOf } from '../netfilter/matchExpr.ts';
import type { Field, FieldValue } from '../packet/fields.ts';
import { CT_STATUS, OF_TRANSPORT } from '../packet/fields.ts';
import { READERS } from './readers.ts';
import { NOWHERE, rowIndex } from './rowIndex.ts';
import type { Skb } from './skb.ts';

export const NO = 0;
export const YES = 1;
/** it depends on chance, or on something that is not modelled */
export const MAYBE = 2;
export type Truth = typeof NO | typeof YES | typeof MAYBE;
export type Test = (skb: Skb) => Truth;

/** `readsData`: what later fragments carry is taken for the header that they do not have, as nft does; x_tables finds none.
 *  kernel net/netfilter/nft_payload.c nft_payload_eval() */
export function compile(expr: MatchExpr, readsData = false): Test {
  switch (expr.kind) {
    case 'always':
      return () => YES;
    case 'and':
      return conjunction(expr.of.map((part) => compile(part, readsData)));
    case 'or':
      return disjunction(expr.of.map((part) => compile(part, readsData)));
    case 'not': {
      const test = compile(expr.of, readsData);
      return (skb) => {
        const truth = test(skb);
        return truth === MAYBE ? MAYBE : truth === YES ? NO : YES;
      };
    }
    case 'in':
      return ofWhole(expr, orUnknown(expr, membership(READERS[expr.field], expr.intervals)), readsData);
    case 'masked':
      return ofWhole(expr, orUnknown(expr, maskTest(READERS[expr.field], expr.value, expr.mask)), readsData);
    case 'present': {
      const read = READERS[expr.field];
      if (expr.field === 'mac') return (skb) => (skb.macUnsaid ? MAYBE : skb.mac === undefined ? NO : YES);
      if (expr.field === 'uid' || expr.field === 'gid')
        return (skb) => (isGiven(skb) || skb.ownerUnsaid ? MAYBE : read(skb) === undefined ? NO : YES);
      if (expr.field === 'connmark') return (skb) => (skb.hasTemplate || skb.connection !== undefined ? YES : NO);
      return ofWhole(expr, (skb) => (read(skb) === undefined ? NO : YES), readsData);
    }
    case 'tuple':
      return expr.rows.length < FEW_ROWS || !expr.fields.every(isEverKnown)
        ? compile(rowsOf(expr), readsData)
        : indexedTuple(expr, readsData);
    case 'chance':
    case 'unmodelled':
      return () => MAYBE;
    default:
      return assertNever(expr);
  }
}

/** Fewer are tried faster than looked up. */
const FEW_ROWS = 8;

function indexedTuple(expr: TupleExpr, readsData: boolean): Test {
  const { fields, rows } = expr;
  let ofFragments: Test | undefined;
  const find = rowIndex(
    fields,
    rows.map((row, place) => ({ row, place })),
  );
  return (skb) => {
    if (!readsData || skb.fragOffset === 0) return find(skb) === NOWHERE ? NO : YES;
    ofFragments ??= compile(rowsOf(expr), readsData);
    return ofFragments(skb);
  };
}

function ofWhole({ field }: FieldLeaf, test: Test, readsData: boolean): Test {
  return readsData && OF_TRANSPORT.has(field) ? (skb) => (skb.fragOffset > 0 ? MAYBE : test(skb)) : test;
}

/** Of every packet it is known what it has there. */
export function isEverKnown(field: Field): boolean {
  return !SOMETIMES_UNKNOWN.has(field);
}

const SOMETIMES_UNKNOWN: ReadonlySet<Field> = new Set<Field>([
  'connmark',
  'mac',
  'uid',
  'gid',
  'wayBack',
  'wayBackMarked',
  'wayBackBound',
  'wayBackBoundMarked',
  'wayBackMade',
  'ctorigsrc',
  'ctorigsport',
  'ctorigdst',
  'ctorigdport',
  'ctstatus',
]);

/** Of a connection whose ends before NAT are not known, what depends on them may be so or not. */
function orUnknown(expr: Extract<MatchExpr, { kind: 'in' | 'masked' }>, test: Test): Test {
  if (expr.field === 'connmark') return (skb) => (skb.hasTemplate && skb.templateMark === undefined ? MAYBE : test(skb));
  if (expr.field === 'mac') return (skb) => (skb.macUnsaid ? MAYBE : test(skb));
  if (expr.field === 'uid' || expr.field === 'gid') return (skb) => (isGiven(skb) || skb.ownerUnsaid ? MAYBE : test(skb));
  if (expr.field.startsWith('wayBack')) return (skb) => (isGiven(skb) && skb.iif === 'lo' ? MAYBE : test(skb));
  const ends = endsAsked(expr);
  if (ends.length === 0) return test;
  return (skb) => {
    const unknown = skb.connection?.unknown;
    return unknown !== undefined && ends.some((end) => unknown[end]) ? MAYBE : test(skb);
  };
}

/** tproxy has given the packet to a socket, whose user is not known, nor by which interface it has had packets.
 *  kernel include/net/netfilter/nft_fib.h nft_fib_can_skip() */
function isGiven({ diverted }: Skb): boolean {
  return diverted !== undefined;
}

function endsAsked(expr: Extract<MatchExpr, { kind: 'in' | 'masked' }>): readonly ('src' | 'dst')[] {
  switch (expr.field) {
    case 'ctorigsrc':
    case 'ctorigsport':
      return ['src'];
    case 'ctorigdst':
    case 'ctorigdport':
      return ['dst'];
    case 'ctstatus': {
      const asks = (bit: number): boolean => expr.kind === 'in' || (Number(expr.mask) & bit) !== 0;
      return [...(asks(CT_STATUS.SNAT) ? (['src'] as const) : []), ...(asks(CT_STATUS.DNAT) ? (['dst'] as const) : [])];
    }
    default:
      return [];
  }
}

function conjunction(tests: readonly Test[]): Test {
  return (skb) => {
    let result: Truth = YES;
    for (let i = 0; i < tests.length; i++) {
      const truth = (tests[i] as Test)(skb);
      if (truth === NO) return NO;
      if (truth === MAYBE) result = MAYBE;
    }
    return result;
  };
}

function disjunction(tests: readonly Test[]): Test {
  return (skb) => {
    let result: Truth = NO;
    for (let i = 0; i < tests.length; i++) {
      const truth = (tests[i] as Test)(skb);
      if (truth === YES) return YES;
      if (truth === MAYBE) result = MAYBE;
    }
    return result;
  };
}

function membership(read: (skb: Skb) => FieldValue | undefined, intervals: IntervalSet): Test {
  const only = intervals.length === 1 ? intervals[0] : undefined;
  if (only !== undefined) {
    const { lo, hi } = only;
    if (lo === hi) return (skb) => (read(skb) === lo ? YES : NO);
    return (skb) => {
      const value = read(skb);
      return value !== undefined && value >= lo && value <= hi ? YES : NO;
    };
  }
  return (skb) => {
    const value = read(skb);
    if (value === undefined) return NO;
    for (const { lo, hi } of intervals) {
      if (value < lo) return NO;
      if (value <= hi) return YES;
    }
    return NO;
  };
}

function maskTest(read: (skb: Skb) => FieldValue | undefined, value: number | bigint, mask: number | bigint): Test {
  if (typeof value === 'bigint' || typeof mask === 'bigint') {
    const wanted = BigInt(value);
    const bits = BigInt(mask);
    return (skb) => {
      const seen = read(skb);
      return typeof seen === 'bigint' && (seen & bits) === wanted ? YES : NO;
    };
  }
  return (skb) => {
    const seen = read(skb);
    return typeof seen === 'number' && (seen & mask) >>> 0 === value ? YES : NO;
  };
}
