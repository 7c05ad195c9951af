/** Matches that lie side by side in a header, which become one for the kernel. nftables src/rule.c payload_can_merge(), payload_is_adjacent() */
import type { FieldValue } from '../../packet/fields.ts';
import type { NftExpression, NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import { bareSpan } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { selectorName } from '../values/selectorName.ts';
import { isConstant } from '../values/written.ts';
import { LAYERS } from './fieldsByPlace.ts';

export interface PlacedMatch {
  readonly index: number;
  readonly base: string;
  readonly start: number;
  readonly end: number;
  readonly unequal: boolean;
  readonly saysNext: boolean;
}

/** Statements among which neighbours are looked for. */
export function runsOf(statements: readonly NftStatement[], context: NftRuleContext): readonly (readonly NftStatement[])[] {
  const done: NftStatement[][] = [];
  let run: NftStatement[] = [];
  for (const one of statements) {
    run.push(one);
    // one match alone waits for others behind what is no match
    if (one.kind === 'match' || run.filter((other, at) => placeOf(other, at, context) !== undefined).length < 2) continue;
    done.push(run);
    run = [];
  }
  return [...done, run];
}

/** The match at whose place the kernel asks for all of them. */
export function keeperOf(group: readonly PlacedMatch[]): PlacedMatch {
  return group.reduce((first, next) => (next.saysNext && next !== group[0] ? next : first));
}

/** The statements that stand together at the place of one. */
export function groupsIn(run: readonly NftStatement[], context: NftRuleContext): readonly (readonly PlacedMatch[])[] {
  const found = run.flatMap((one, index) => placeOf(one, index, context) ?? []);
  const placed = found
    .map((one) => ({ one, part: partStart(one, found, run) }))
    .sort((a, b) => (a.one.base < b.one.base ? -1 : a.one.base > b.one.base ? 1 : a.part - b.part || a.one.start - b.one.start))
    .map(({ one }) => one);
  const groups: PlacedMatch[][] = [];
  for (const one of placed) {
    const last = groups.at(-1);
    if (last !== undefined && joins(last, one)) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

export interface JoinedPart {
  readonly left: Extract<NftExpression, { kind: 'raw' }>;
  readonly bits: bigint;
}

/** All members as one part of the packet, with their values side by side. Undefined: a value is no number. */
export function joinedPart(
  members: readonly NftStatement[],
  group: readonly PlacedMatch[],
  readBits: (match: Extract<NftStatement, { kind: 'match' }>, width: number) => FieldValue | undefined,
): JoinedPart | undefined {
  const [member, first, last] = [members[0], group[0], group.at(-1)];
  if (member === undefined || first === undefined || last === undefined) return undefined;
  let bits = 0n;
  for (const [at, one] of members.entries()) {
    const { start, end } = group[at] as PlacedMatch;
    const value = one.kind === 'match' ? readBits(one, end - start) : undefined;
    if (value === undefined || typeof value === 'string') return undefined;
    bits = (bits << BigInt(end - start)) | BigInt(value);
  }
  const { base, start } = first;
  return { bits, left: { ...bareSpan(member), kind: 'raw', base, offset: start, length: last.end - start } };
}

/** Where the part of the packet begins that nft loads as one, though it lists several fields of it. */
function partStart({ index, start }: PlacedMatch, placed: readonly PlacedMatch[], run: readonly NftStatement[]): number {
  const own = run[index] as NftStatement;
  const isOfPart = (other: NftStatement): boolean => own.end > own.start && other.start === own.start && other.end === own.end;
  return Math.min(start, ...placed.filter((one) => isOfPart(run[one.index] as NftStatement)).map((one) => one.start));
}

/** Four bytes at most, but for addresses of the link layer. */
function joins(group: readonly PlacedMatch[], { base, start, end, unequal }: PlacedMatch): boolean {
  const [first, last] = [group[0] as PlacedMatch, group.at(-1) as PlacedMatch];
  return last.base === base && last.end === start && last.unequal === unequal && (base === 'll' || end - first.start <= 32);
}

/** Of a field that must have a value, or must not. */
function placeOf(given: NftStatement, index: number, context: NftRuleContext): PlacedMatch | undefined {
  const statement = withoutBraces(given);
  if (statement.kind !== 'match' || ![undefined, '==', '!='].includes(statement.op)) return undefined;
  const { left, right, op } = statement;
  if (!isOneValue(right)) return undefined;
  if (left.kind === 'raw' && left.offset % 8 === 0 && left.length % 8 === 0) {
    const { base, offset, length, field = '' } = left;
    return { index, base, start: offset, end: offset + length, unequal: op === '!=', saysNext: PROTOCOLS.has(field) };
  }
  if (left.kind !== 'payload') return undefined;
  const [start, width] = findExpression(selectorName(left, context))?.at ?? placeOfPort(left) ?? [];
  if (start === undefined || width === undefined || start % 8 !== 0 || width % 8 !== 0) return undefined;
  const base = LAYERS.get(left.protocol) ?? 'th';
  return { index, base, start, end: start + width, unequal: op === '!=', saysNext: PROTOCOLS.has(`${left.protocol} ${left.field}`) };
}

function isOneValue(right: NftExpression): boolean {
  return right.kind !== 'range' && right.kind !== 'prefix' && right.kind !== 'concat' && isConstant(right);
}

export function withoutBraces(statement: NftStatement): NftStatement {
  if (statement.kind !== 'match' || statement.right.kind !== 'set') return statement;
  const right = onlyValue(statement.right);
  return isOneValue(right) ? { ...statement, right } : statement;
}

/** Which say what follows the header. */
const PROTOCOLS: ReadonlySet<string> = new Set(['ip protocol', 'ip6 nexthdr', 'ether type', 'vlan type']);

function placeOfPort({ protocol, field }: Extract<NftSelector, { kind: 'payload' }>): readonly [number, number] | undefined {
  return protocol === 'th' ? [field === 'sport' ? 0 : 16, 16] : undefined;
}
