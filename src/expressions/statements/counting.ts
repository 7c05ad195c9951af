/** Statements that look at the packets before: true for some packets, false for others. man nft(8), LIMIT STATEMENT, SET STATEMENT, METERS
 *  kernel net/netfilter/nft_limit.c, nft_quota.c, nft_connlimit.c, nft_dynset.c nft_dynset_eval() */
import { ALWAYS, and, LATER_FRAGMENT, type MatchExpr, not, or, present } from '../../netfilter/matchExpr.ts';
import type { NftElement, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { Building } from '../contract/building.ts';
import { type StatementOf, statement } from '../contract/statement.ts';
import { checkCounting } from '../values/checkCounting.ts';
import { hasKey } from '../values/keyed.ts';
import { keyParts } from '../values/part.ts';
import { setNamed } from '../values/rows.ts';
import { checkObject } from './objects.ts';

function remembered({ context, ask }: Building, at: Span): void {
  ask(lotOf(context, at), at);
}

function lotOf({ ruleId }: Building['context'], { start }: Span): MatchExpr {
  return { kind: 'chance', id: `${ruleId}@${start}`, remembers: true };
}

/** What has no connection is counted by its ports, and dropped without them. kernel net/netfilter/nft_connlimit.c nft_connlimit_do_eval() */
function counted({ context, ask, act, need }: Building, at: Span): void {
  need('conntrack');
  const isDropped = and(LATER_FRAGMENT, not(present('connmark')));
  ask(or(isDropped, lotOf(context, at)), at);
  act({
    kind: 'switch',
    branches: [
      { match: isDropped, effects: [{ kind: 'drop' }] },
      { match: ALWAYS, effects: [] },
    ],
  });
}

export const limitStatement = statement({
  kind: 'limit',
  says: [{ name: 'limit', claim: 'chance' }],
  apply: (given, building) => {
    checkObject(given, building.context);
    checkCounting(given, building.context.report);
    remembered(building, given);
  },
});

export const quotaStatement = statement({
  kind: 'quota',
  says: [{ name: 'quota', claim: 'chance' }],
  apply: (given, building) => {
    checkObject(given, building.context);
    checkCounting(given, building.context.report);
    remembered(building, given);
  },
});

export const ctCount = statement({
  kind: 'ct count',
  says: [{ name: 'ct count', claim: 'chance' }],
  apply: (given, building) => counted(building, given),
});

export const last = statement({ kind: 'last', says: [{ name: 'last' }], apply: () => {} });

const DECIDING: readonly NftStatement['kind'][] = ['limit', 'quota'];

/** What an element counts decides as it would in the rule. */
function withElement({ key, statements }: NftElement, at: Span, building: Building): void {
  building.ask(hasKey(keyParts(key, building.context)), at);
  for (const one of statements) checkCounting(one, building.context.report);
  if (statements.some(({ kind }) => kind === 'ct count')) counted(building, at);
  else if (statements.some(({ kind }) => DECIDING.includes(kind))) remembered(building, at);
}

export const dynamic = statement({
  kind: 'dynamic',
  says: [{ name: 'add @set, update @set, delete @set' }],
  apply: (given, building) => {
    checkDynamic(given, building);
    withElement(given.element, given, building);
  },
});

/** kernel include/net/netfilter/nf_tables.h NFT_SET_EXPR_MAX */
const MOST_STATEMENTS = 2;

/** kernel net/netfilter/nft_dynset.c nft_dynset_init() */
function checkDynamic({ set: name, element, verb }: StatementOf<'dynamic'>, { context }: Building): void {
  const types = keyParts(element.key, { ...context, report: () => {} }).map(({ type }) => type);
  const set = setNamed(name, { types, wanted: element.value === undefined ? 'set' : 'values' }, context);
  if (set === undefined) return;
  const flags = set.flags.map(({ text }) => text);
  const refuse = (message: string): void => context.report({ kind: 'not-loadable', code: 'refused-clause', message, span: name });
  if (flags.includes('interval')) refuse(`packets cannot ${verb} elements of a set of intervals`);
  if (flags.includes('constant')) refuse(`packets cannot ${verb} elements of a set that is constant`);
  if (element.timeout !== undefined && !flags.includes('timeout') && set.timeout === undefined)
    refuse('an element with a timeout needs `flags timeout` of the set');
  if (element.statements.length > MOST_STATEMENTS) refuse(`an element has ${MOST_STATEMENTS} statements at most`);
  if (element.statements.some(({ kind }) => kind === 'ct count') && (flags.includes('timeout') || set.timeout !== undefined))
    refuse('`ct count` cannot be in a set whose elements have timeouts');
}

export const meter = statement({
  kind: 'meter',
  says: [{ name: 'meter', claim: 'chance' }],
  apply: (given, building) => {
    if (given.element.statements.some((one) => 'object' in one && one.object !== undefined))
      building.context.report({
        kind: 'not-loadable',
        code: 'refused-clause',
        message: 'a meter counts by itself, not in an object',
        span: given,
      });
    withElement(given.element, given, building);
  },
});
