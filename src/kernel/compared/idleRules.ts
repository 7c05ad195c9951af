import { everyMatch, isIdleRule } from '../../netfilter/everyEffect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { OF_TRANSPORT } from '../../packet/fields.ts';
import type { Packet } from '../../packet/packet.ts';
import { everyRule } from '../../ruleset/everyRule.ts';
import { isOfNft } from '../../ruleset/ofNft.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';

/** Rules that change nothing and match by chance, or by something that is not modelled, as `table:chain:number`.
 *  The simulator does not fork for them, so that their rows say nothing. */
export function idleRules(ruleset: Ruleset, { fragOffset }: Pick<Packet, 'fragOffset'> = WHOLE): ReadonlySet<string> {
  const rules = everyRule(ruleset);
  return new Set(
    rules
      .filter((rule) => {
        const readsData = fragOffset > 0 && isOfNft({ name: rule.table });
        return isIdleRule(rule, fragOffset === 0) && everyMatch(rule).some((expr) => isUnsettled(expr, readsData));
      })
      .map(({ table, chain, number }) => `${table}:${chain}:${number}`),
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
