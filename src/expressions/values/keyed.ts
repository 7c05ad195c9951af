/** When a key is in a set, and which element of a map it finds. */
import type { IntervalSet } from '../../lib/intervals.ts';
import { normalize } from '../../lib/intervals.ts';
import { and, equals, type MatchExpr, NEVER, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Field, FieldValue } from '../../packet/fields.ts';
import { hasPorts } from '../../packet/protocol.ts';
import type { ElementRow } from '../contract/row.ts';
import { type Lots, passes } from '../contract/selection.ts';
import type { KeyPart } from './part.ts';
import type { Elements } from './rows.ts';

/** The packet has all of the key; nft asks for protocols that it implies first. */
export function hasKey(parts: readonly KeyPart[]): MatchExpr {
  return and(...parts.map(implied), isPresent(parts));
}

function isPresent(parts: readonly KeyPart[]): MatchExpr {
  return and(...parts.map(({ selection }) => selection.present));
}

export function implied({ expression }: KeyPart): MatchExpr {
  const proto = expression?.implies?.proto;
  return proto === undefined ? and() : equals('proto', proto);
}

/** The key is there, and that of some row; what it implies is asked beside it. */
export function inRows(parts: readonly KeyPart[], rows: readonly ElementRow[], lotId: string): MatchExpr {
  const keys = rows.flatMap(({ key }) => (key === undefined ? [] : [key]));
  if (keys.length < rows.length) return isPresent(parts);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) {
    const { lots } = only.selection;
    const intervals = normalize(keys.flatMap(([first]) => first ?? []));
    if (lots !== undefined) return drawn(lots, { among: numbersOf(lots), wanted: intervals, lotId });
    return where(only, intervals);
  }
  const fields = parts.map(fieldOf);
  if (fields.every((field) => field !== undefined)) return tupleOf(fields, parts, keys);
  // keys with more parts than were asked for were reported
  return or(...keys.map((key) => and(...parts.map((part, at) => where(part, key[at] ?? [])))));
}

function tupleOf(fields: readonly Field[], parts: readonly KeyPart[], keys: readonly (readonly IntervalSet[])[]): MatchExpr {
  const tuple: MatchExpr = { kind: 'tuple', fields, rows: keys };
  const lacking = parts.filter(({ selection }) => selection.instead !== undefined);
  const instead = lacking.length === 0 ? NEVER : insteadOf(lacking, parts, keys);
  return instead === NEVER ? tuple : or(tuple, instead);
}

/** Packets without some of the fields, where something else is in their place: the other parts of the key are those of some row. */
function insteadOf(lacking: readonly KeyPart[], parts: readonly KeyPart[], keys: readonly (readonly IntervalSet[])[]): MatchExpr {
  const protocol = parts.findIndex(({ selection }) => selection.field === 'proto');
  const isMet = (key: readonly IntervalSet[]): boolean => !key[protocol]?.every(({ lo, hi }) => lo === hi && hasPorts(Number(lo)));
  // a row that asks for a protocol with ports meets nothing in their place
  const met = keys.filter(isMet);
  if (met.length === 0) return NEVER;
  const others = met.map((key) => and(...parts.map((part, at) => (lacking.includes(part) ? and() : where(part, key[at] ?? [])))));
  return and(
    { kind: 'or', of: others },
    ...lacking.flatMap(({ selection: { instead } }) => instead ?? []).flatMap(({ when, value }) => [when, value]),
  );
}

/** Of a number that is drawn nothing but the chance is known; not beside others. */
function where({ selection, mask, xor }: KeyPart, intervals: IntervalSet): MatchExpr {
  if (selection.lots !== undefined) return unmodelled('a number that is drawn, beside other parts of a key');
  return selection.where({ intervals, ...(mask !== undefined && { mask }), ...(xor !== undefined && { xor }) });
}

function fieldOf({ selection, mask, xor }: KeyPart): Field | undefined {
  return mask === undefined && xor === undefined ? selection.field : undefined;
}

/** `inRows` of one row, for a map of very many: what is the same for all of them is asked once. */
function rowMatch(parts: readonly KeyPart[], lotId: string): (row: ElementRow) => MatchExpr {
  const fields = parts.map(fieldOf);
  if (fields.length < 2 || !fields.every((field) => field !== undefined)) return (row) => inRows(parts, [row], lotId);
  return ({ key }) => (key === undefined ? and() : tupleOf(fields, parts, [key]));
}

/** Some of the elements may have come or gone. */
export function inElements(parts: readonly KeyPart[], { rows, changed, fades }: Elements, lotId: string): MatchExpr {
  const remembers: MatchExpr = { kind: 'chance', id: lotId, remembers: true };
  if (changed) return and(isPresent(parts), remembers);
  if (rows === undefined) return and(isPresent(parts), unmodelled('values that are known only where the rules are loaded'));
  return fades ? and(inRows(parts, rows, lotId), remembers) : inRows(parts, rows, lotId);
}

/** For each row when it is the one that is found, after those before it are not. */
export function eachRow(
  parts: readonly KeyPart[],
  rows: readonly ElementRow[],
  lotId: string,
): readonly { readonly row: ElementRow; readonly match: MatchExpr }[] {
  const ordered = [...rows.filter(({ key }) => key !== undefined), ...rows.filter(({ key }) => key === undefined)];
  const lots = parts.length === 1 ? parts[0]?.selection.lots : undefined;
  if (lots === undefined) {
    const match = rowMatch(parts, lotId);
    return ordered.map((row) => ({ row, match: match(row) }));
  }
  let among = numbersOf(lots);
  return ordered.map((row, at) => {
    const wanted = row.key?.[0] ?? [{ lo: 0, hi: 0xffff_ffff }];
    const match = drawn(lots, { among, wanted, lotId: `${lotId}.${at}` });
    among = among.filter((number) => !passes(number, { intervals: wanted }));
    return { row, match };
  });
}

/** Elements with a timeout may be gone. */
export function eachElement(parts: readonly KeyPart[], { rows = [], fades }: Elements, lotId: string): ReturnType<typeof eachRow> {
  const all = eachRow(parts, rows, lotId);
  if (!fades) return all;
  return all.map(({ row, match }, at) => ({ row, match: and(match, { kind: 'chance', id: `${lotId}.${at}`, remembers: true }) }));
}

const MOST_NUMBERS = 0x1_0000;

function numbersOf({ modulus, offset }: Lots): readonly number[] {
  return Array.from({ length: Math.min(modulus, MOST_NUMBERS) }, (_, at) => at + offset);
}

interface Draw {
  readonly among: readonly number[];
  readonly wanted: IntervalSet<FieldValue>;
  readonly lotId: string;
}

function drawn({ modulus, remembers }: Lots, { among, wanted, lotId }: Draw): MatchExpr {
  const few = among.filter((number) => passes(number, { intervals: wanted })).length;
  if (modulus <= MOST_NUMBERS && few === 0) return NEVER;
  if (modulus <= MOST_NUMBERS && few === among.length) return and();
  return { kind: 'chance', id: lotId, ...(remembers ? { remembers: true } : { probability: few / among.length }) };
}
