/** Rules whose match or target is not modelled: where they decide, every answer is conditional. */
import { effectsOfKind, everyMatch, isIdleRule } from '../../netfilter/everyEffect.ts';
import { lackingOf, type MatchExpr, mentionsUnmodelled } from '../../netfilter/matchExpr.ts';
import { asksOrder } from '../../ruleset/asWritten.ts';
import { type ChainDigest, digestOf } from '../../ruleset/chainDigest.ts';
import { calledChains } from '../deadRules/deadRules.ts';
import type { Claim } from '../proof/claim.ts';
import { blaming } from './ofRules.ts';

export const noUnknown: Claim = {
  id: 'no-unknown',
  level: 'warning',
  statement: 'No rule that can decide something has a match or a target that is not modelled.',
  judge: ({ ruleset }) =>
    blaming(
      [...ruleset.tables.values()].flatMap((table) => {
        const called = calledChains(table);
        const rules = [...table.chains.values()]
          .filter(({ name }) => called.has(name) && hasUnmodelled(digestOf(table, name)))
          .flatMap((chain) => chain.rules);
        return rules.flatMap((rule) => {
          const [opaque] = effectsOfKind(rule, 'unmodelled');
          if (opaque !== undefined) return [{ rule, why: opaque.reason }];
          if (isIdleRule(rule) || isNever(rule.match) || !everyMatch(rule).some(mentionsUnmodelled)) return [];
          if (asksOrder(rule)) return [];
          const open = rule.clauses.filter(({ expr }) => mentionsUnmodelled(expr));
          // what its maps or later statements ask is no clause of its own
          const clauses = open.length === 0 ? `something in \`${rule.text}\`` : open.map(({ text }) => `\`${text}\``).join(' and ');
          const lacks = [...new Set(open.map(({ expr }) => lackingOf(expr)))];
          const [lack] = lacks.length === 1 ? lacks : [];
          return [{ rule, why: lack === undefined ? `${clauses} is not modelled` : `${clauses} is not known without ${lack}` }];
        });
      }),
    ),
};

function hasUnmodelled({ does, asksUnmodelled }: ChainDigest): boolean {
  return asksUnmodelled || does.includes('unmodelled');
}

/** It is of the other family. */
function isNever(match: MatchExpr): boolean {
  return match.kind === 'or' && match.of.length === 0;
}
