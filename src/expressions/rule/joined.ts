/** Matches that some versions of nft make one of. Until 1.0.9 `tcp sport != 1 tcp dport != 2` is one comparison of four bytes, which holds
 *  where one port differs, and what is done between two matches is done before both; a listing does not show it.
 *  nftables src/rule.c payload_do_merge(), stmt_reduce() */
import { and, type MatchExpr, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { NftStatement } from '../../syntax/nft/ast.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { comparisonOf } from '../values/compare.ts';
import { hasKey } from '../values/keyed.ts';
import { keyParts } from '../values/part.ts';
import { type JoinedMatches, joinedMatches, toJoin } from './adjacent.ts';
import { etherTypes } from './etherTypes.ts';

/** What a match asks, with what versions of nft make of it. */
export type AskTogether = (statement: NftStatement, asked: MatchExpr) => MatchExpr;

export function askTogether(statements: readonly NftStatement[], context: NftRuleContext): AskTogether {
  const plain = toJoin(statements, context);
  if (plain === undefined) return (_, asked) => asked;
  const silent = { ...context, report: () => {} };
  const { withTypes, askedFor } = etherTypes(plain, silent);
  const groups = joinedMatches(withTypes(plain), silent)
    .filter(({ unequal, crosses }) => unequal || crosses)
    .map((group) => ({ ...group, members: group.members.map(askedFor), keeper: askedFor(group.keeper) }));
  if (groups.length === 0) return (_, asked) => asked;
  return (statement, asked) => {
    const own = plain[statements.indexOf(statement)] as NftStatement;
    const group = groups.find(({ members }) => members.includes(own));
    return group === undefined ? asked : oneOf(group, { own, asked, order: plain, context: silent });
  };
}

interface Member {
  readonly own: NftStatement;
  readonly asked: MatchExpr;
  readonly order: readonly NftStatement[];
  readonly context: NftRuleContext;
}

function oneOf({ unequal, members, keeper, crosses }: JoinedMatches, { own, asked, order, context }: Member): MatchExpr {
  const others = members.filter((one) => one !== own);
  const askedOf = (one: NftStatement): MatchExpr => (one.kind === 'match' ? comparisonOf(one, context) : and());
  const unsure = and(
    own.kind === 'match' ? hasKey(keyParts(own.left, context)) : and(),
    unmodelled('matches on neighbours in a header, which nft may have made one comparison'),
  );
  if (unequal) return or(asked, crosses ? unsure : and(or(...others.map(askedOf)), unsure));
  const at = order.indexOf(own);
  if (own !== keeper) return at < order.indexOf(keeper) ? or(asked, unsure) : asked;
  return and(asked, ...others.map((one) => (order.indexOf(one) < at ? askedOf(one) : or(askedOf(one), unsure))));
}
