/** Matches on neighbours in a header become one for the kernel, which nft lists in the order of the header.
 *  nftables src/rule.c payload_try_merge() */
import type { NftExpression, NftSelector, NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { constantOf } from '../values/constant.ts';
import { onlyValue } from '../values/onlyValue.ts';
import { keyPart, selectorName } from '../values/part.ts';
import { isConstant } from '../values/written.ts';
import { isProtocol } from './families.ts';
import { fieldAt, LAYERS, partOfPacket } from './fieldsByPlace.ts';
import { afterMatch, protocolsOf, withImplied } from './protocols.ts';

interface Placed {
  readonly index: number;
  readonly base: string;
  readonly start: number;
  readonly end: number;
  readonly unequal: boolean;
  readonly saysNext: boolean;
}

export interface Ordering {
  readonly context: NftRuleContext;
  /** with those that are left out */
  readonly all: readonly NftStatement[];
}

export function inHeaderOrder(statements: readonly NftStatement[], { context, all }: Ordering): readonly NftStatement[] {
  const done: NftStatement[] = [];
  for (const run of runsOf(statements, context)) done.push(...runInOrder(run, { before: done, context, all }));
  return done;
}

/** Statements among which neighbours are looked for. */
function runsOf(statements: readonly NftStatement[], context: NftRuleContext): readonly (readonly NftStatement[])[] {
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

export interface JoinedMatches {
  readonly unequal: boolean;
  readonly members: readonly NftStatement[];
  /** where they are asked */
  readonly keeper: NftStatement;
  /** something is done between them */
  readonly crosses: boolean;
}

/** The statements of a rule in which there may be neighbours, as they are compared; undefined: there are none, as in most rules. Fewer
 *  matches on the packet have none, and iptables-nft joins none. */
export function toJoin(statements: readonly NftStatement[], { ofIptables }: NftRuleContext): readonly NftStatement[] | undefined {
  const ofPacket = statements.filter((one) => one.kind === 'match' && (one.left.kind === 'payload' || one.left.kind === 'raw'));
  return ofIptables || ofPacket.length < 2 ? undefined : statements.map(withoutBraces);
}

export function joinedMatches(statements: readonly NftStatement[], context: NftRuleContext): readonly JoinedMatches[] {
  return runsOf(statements, context).flatMap((run) =>
    groupsIn(run, context).flatMap((group): readonly JoinedMatches[] => {
      const indexes = group.map(({ index }) => index);
      const between = run.slice(Math.min(...indexes), Math.max(...indexes) + 1);
      const crosses = between.some(({ kind }) => kind !== 'match' && kind !== 'counter' && kind !== 'log');
      const [first] = group;
      const members = indexes.map((index) => run[index] as NftStatement);
      if (first === undefined || members.length === 1) return [];
      return [{ unequal: first.unequal, members, keeper: run[keeperOf(group).index] as NftStatement, crosses }];
    }),
  );
}

/** The match at whose place the kernel asks for all of them. */
function keeperOf(group: readonly Placed[]): Placed {
  return group.reduce((first, next) => (next.saysNext && next !== group[0] ? next : first));
}

interface Around extends Ordering {
  readonly before: readonly NftStatement[];
}

function runInOrder(run: readonly NftStatement[], around: Around): readonly NftStatement[] {
  const { context } = around;
  const at = new Map<number, readonly Placed[]>();
  const movedTo = new Map<number, number>();
  for (const group of groupsIn(run, context)) {
    const keeper = keeperOf(group);
    at.set(keeper.index, group);
    for (const { index } of group) if (index !== keeper.index) movedTo.set(index, keeper.index);
  }
  return run.flatMap((one, index) => {
    const to = movedTo.get(index);
    if (to !== undefined) {
      const crosses =
        run.slice(index, to).some((between) => between.kind !== 'match') ||
        around.all.slice(around.all.indexOf(one), around.all.indexOf(run[to] as NftStatement)).some(asksProtocolOfCt) ||
        isUnnamed(run[to] as NftStatement);
      const isAskedBetween = run.slice(index + 1, to).some((between) => protoOf(between, context) === protoOf(one, context));
      return crosses && !isAskedBetween
        ? implicationOf(one, { before: [...around.before, ...run.slice(0, index)], context, all: around.all })
        : [];
    }
    const group = at.get(index);
    if (group === undefined) return [one];
    const members = group.map(({ index: at }) => (group.length > 1 ? withoutBraces(run[at] as NftStatement) : (run[at] as NftStatement)));
    return (
      joinedBits(members, group, context) ??
      members.map((member) => asJoined(member, { first: payloadOf(members[0]), many: group.length, context }))
    );
  });
}

function protoOf(statement: NftStatement, context: NftRuleContext): number | undefined | 'none' {
  const [selector] = selectorsOf(statement);
  if (selector?.kind !== 'payload') return 'none';
  return findExpression(selectorName(selector, context))?.implies?.proto;
}

/** The statements that stand together at the place of one. */
function groupsIn(run: readonly NftStatement[], context: NftRuleContext): readonly (readonly Placed[])[] {
  const found = run.flatMap((one, index) => placeOf(one, index, context) ?? []);
  const placed = found
    .map((one) => ({ one, part: partStart(one, found, run) }))
    .sort((a, b) => (a.one.base < b.one.base ? -1 : a.one.base > b.one.base ? 1 : a.part - b.part || a.one.start - b.one.start))
    .map(({ one }) => one);
  const groups: Placed[][] = [];
  for (const one of placed) {
    const last = groups.at(-1);
    if (last !== undefined && joins(last, one)) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

/** Where the part of the packet begins that nft loads as one, though it lists several fields of it. */
function partStart({ index, start }: Placed, placed: readonly Placed[], run: readonly NftStatement[]): number {
  const own = run[index] as NftStatement;
  const isOfPart = (other: NftStatement): boolean => own.end > own.start && other.start === own.start && other.end === own.end;
  return Math.min(start, ...placed.filter((one) => isOfPart(run[one.index] as NftStatement)).map((one) => one.start));
}

/** What nft has asked before a match, which stays where the match was. */
function implicationOf(statement: NftStatement, { before, context }: Around): readonly NftStatement[] {
  const [selector] = selectorsOf(statement);
  if (selector === undefined) return [];
  const { family, proto } = findExpression(selectorName(selector, context))?.implies ?? {};
  let known = protocolsOf(context.table);
  for (const one of before) {
    for (const asked of selectorsOf(one))
      known = withImplied(known, findExpression(selectorName(asked, context))?.implies ?? {}, { at: asked, context });
    known = afterMatch(known, one, context);
  }
  if (proto !== undefined) return known.proto === proto ? [] : [isProtocol('l4proto', String(proto))];
  return family === undefined || known.family === family ? [] : [isProtocol('nfproto', family === 4 ? 'ipv4' : 'ipv6')];
}

/** Four bytes at most, but for addresses of the link layer. */
function joins(group: readonly Placed[], { base, start, end, unequal }: Placed): boolean {
  const [first, last] = [group[0] as Placed, group.at(-1) as Placed];
  return last.base === base && last.end === start && last.unequal === unequal && (base === 'll' || end - first.start <= 32);
}

interface Joining {
  readonly first: { readonly protocol: string };
  readonly many: number;
  readonly context: NftRuleContext;
}

function payloadOf(statement: NftStatement | undefined): Joining['first'] {
  return statement?.kind === 'match' && statement.left.kind === 'payload' ? statement.left : { protocol: 'th' };
}

export function asksProtocolOfCt(statement: NftStatement): boolean {
  return statement.kind === 'match' && statement.left.kind === 'ct' && statement.left.key === 'protocol';
}

function isUnnamed(statement: NftStatement): boolean {
  return statement.kind === 'match' && statement.left.kind === 'payload' && statement.left.protocol === 'th';
}

/** Where the first has no protocol, the fields together have no names: `@th,0,32`. */
function joinedBits(
  members: readonly NftStatement[],
  group: readonly Placed[],
  context: NftRuleContext,
): readonly NftStatement[] | undefined {
  const [first] = members;
  if (members.length === 1 || first?.kind !== 'match' || !isUnnamed(first)) return undefined;
  const [{ base, start }, { end }] = [group[0] as Placed, group.at(-1) as Placed];
  let bits = 0n;
  for (const [at, member] of members.entries()) {
    const value = member.kind === 'match' ? constantOf(member.right, keyPart(member.left, context).type, context) : undefined;
    if (typeof value !== 'number') return undefined;
    const { start: from, end: to } = group[at] as Placed;
    bits = (bits << BigInt(to - from)) | BigInt(value);
  }
  const span = { start: first.start, end: first.end };
  const left: NftExpression = { ...span, kind: 'raw', base, offset: start, length: end - start };
  return [{ ...first, left, right: { ...span, kind: 'value', form: 'number', text: String(bits) } }];
}

/** Of flags: they are compared as one number then. */
function asJoined(statement: NftStatement, { first, many, context }: Joining): NftStatement {
  if (many === 1 || statement.kind !== 'match' || statement.left.kind !== 'payload') return statement;
  if (isUnnamed(statement)) {
    const part = partOfPacket(statement.left);
    const field = (part && fieldAt(first.protocol, part)) ?? statement.left.field;
    return { ...statement, left: { ...statement.left, protocol: first.protocol, field } };
  }
  const isFlags = findExpression(selectorName(statement.left, context))?.type === 'tcp_flag';
  return isFlags && statement.op === undefined ? { ...statement, op: '==' } : statement;
}

/** Of a field that must have a value, or must not. */
function placeOf(given: NftStatement, index: number, context: NftRuleContext): Placed | undefined {
  const statement = withoutBraces(given);
  if (statement.kind !== 'match' || ![undefined, '==', '!='].includes(statement.op)) return undefined;
  const { left, right, op } = statement;
  if (left.kind !== 'payload' || !isOneValue(right)) return undefined;
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
