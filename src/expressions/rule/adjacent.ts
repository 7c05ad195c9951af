/** Matches on neighbours in a header become one for the kernel, which nft lists in the order of the header.
 *  nftables src/rule.c payload_try_merge() */
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { findExpression } from '../selectors/all.ts';
import { selectorsOf } from '../values/asked.ts';
import { selectorName } from '../values/selectorName.ts';
import { fieldAt, partOfPacket } from './fieldsByPlace.ts';
import { withIcmpTypes } from './icmpTypes.ts';
import { implicationOf } from './implication.ts';
import { groupsIn, keeperOf, type PlacedMatch, runsOf, withoutBraces } from './neighbours.ts';
import { asksNextHeader } from './nextHeader.ts';

type Match = Extract<NftStatement, { kind: 'match' }>;

export interface Ordering {
  readonly context: NftRuleContext;
  /** with those that are left out */
  readonly all: readonly NftStatement[];
}

export function inHeaderOrder(statements: readonly NftStatement[], { context, all }: Ordering): readonly NftStatement[] {
  const done: NftStatement[] = [];
  for (const run of runsAsLoaded(statements, { context, all })) done.push(...runInOrder(run, { before: done, context, all }));
  return done;
}

/** What is left out of a listing counts where a run ends. */
function runsAsLoaded(statements: readonly NftStatement[], { context, all }: Ordering): readonly (readonly NftStatement[])[] {
  const ends = new Set(
    runsOf(withIcmpTypes(all, context), context)
      .slice(0, -1)
      .map((run) => run.at(-1)),
  );
  const runs: NftStatement[][] = [[]];
  for (const one of statements) {
    runs.at(-1)?.push(one);
    if (ends.has(one)) runs.push([]);
  }
  return runs;
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
 *  matches on the packet have none but where nft asks for the type of a frame, and iptables-nft joins none. */
export function toJoin(statements: readonly NftStatement[], { ofIptables }: NftRuleContext): readonly NftStatement[] | undefined {
  const ofPacket = statements.filter(
    (one): one is Match => one.kind === 'match' && (one.left.kind === 'payload' || one.left.kind === 'raw'),
  );
  const isOfEther = ofPacket.some(({ left }) => left.kind === 'payload' && left.protocol === 'ether');
  return ofIptables || ofPacket.length < (isOfEther ? 1 : 2) ? undefined : statements.map(withoutBraces);
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

interface Around extends Ordering {
  readonly before: readonly NftStatement[];
}

function runInOrder(run: readonly NftStatement[], around: Around): readonly NftStatement[] {
  const { context } = around;
  const at = new Map<number, readonly PlacedMatch[]>();
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
        around.all
          .slice(around.all.indexOf(one), around.all.indexOf(run[to] as NftStatement))
          .some((between) => asksProtocolOfCt(between) || asksNextHeader(between, context)) ||
        isUnnamed(run[to] as NftStatement);
      const isAskedBetween = run
        .slice(index + 1, to)
        .some((between, after) => !movedTo.has(index + 1 + after) && protoOf(between, context) === protoOf(one, context));
      return crosses && !isAskedBetween ? implicationOf(one, [...around.before, ...run.slice(0, index)], context) : [];
    }
    const group = at.get(index);
    if (group === undefined) return [one];
    const members = group.map(({ index: at }) => (group.length > 1 ? withoutBraces(run[at] as NftStatement) : (run[at] as NftStatement)));
    return members.map((member) => asJoined(member, { first: payloadOf(members[0]), many: group.length, context }));
  });
}

function protoOf(statement: NftStatement, context: NftRuleContext): number | undefined | 'none' {
  const [selector] = selectorsOf(statement);
  if (selector?.kind !== 'payload') return 'none';
  return findExpression(selectorName(selector, context))?.implies?.proto;
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
