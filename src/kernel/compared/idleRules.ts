import { everyMatch, isIdleRule } from '../../netfilter/everyEffect.ts';
import { HOOKS } from '../../netfilter/hooks.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { OF_TRANSPORT } from '../../packet/fields.ts';
import type { Packet } from '../../packet/packet.ts';
import { everyRule } from '../../ruleset/everyRule.ts';
import { isOfNft } from '../../ruleset/ofNft.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { chainsAt, stagesAt } from '../../ruleset/stages.ts';
import { isIdleBase } from '../../ruleset/ties.ts';

/** What the simulator does not fork for, so that its rows say nothing: rules that change nothing and match by chance, or by something that is
 *  not modelled, as `table:chain:number`; and the policy of chains without rules where the order of tables is not known, as `table:chain:policy`. */
export function idleRules(ruleset: Ruleset, { fragOffset }: Pick<Packet, 'fragOffset'> = WHOLE): ReadonlySet<string> {
  const rules = everyRule(ruleset).filter((rule) => {
    const readsData = fragOffset > 0 && isOfNft({ name: rule.table });
    return isIdleRule(rule, fragOffset === 0) && everyMatch(rule).some((expr) => isUnsettled(expr, readsData));
  });
  return new Set([...rules.map(({ table, chain, number }) => `${table}:${chain}:${number}`), ...idlePolicies(ruleset)]);
}

function idlePolicies(ruleset: Ruleset): readonly string[] {
  return HOOKS.filter((hook) => stagesAt(ruleset, hook).some(({ kind }) => kind === 'either')).flatMap((hook) =>
    chainsAt(ruleset, hook)
      .filter(isIdleBase)
      .map(({ table, chain }) => `${table.name}:${chain.name}:policy`),
  );
}

const WHOLE = { fragOffset: 0 };

/** `readsData`: what a later fragment carries is taken for a header. */
function isUnsettled(expr: MatchExpr, readsData: boolean): boolean {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return expr.of.some((part) => isUnsettled(part, readsData));
    case 'not':
      return isUnsettled(expr.of, readsData);
    default:
      if ('field' in expr) return readsData && OF_TRANSPORT.has(expr.field);
      if (expr.kind === 'tuple') return readsData && expr.fields.some((field) => OF_TRANSPORT.has(field));
      return expr.kind === 'chance' || expr.kind === 'unmodelled';
  }
}
