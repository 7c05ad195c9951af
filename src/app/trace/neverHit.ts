/** The rule on which an answer rests, where a dump with counters says that no packet ever met it. */
import type { Journey } from '../../connection/journey.ts';
import { decidingRule } from '../../report/text/decidingRule.ts';
import { ruleName } from '../../report/text/location.ts';
import { countersOf, hasHits } from '../../ruleset/counters.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { isNatTable } from '../../ruleset/stages.ts';

/** Nothing to warn of where the dump has no counters, or no rule of it was ever hit. */
export function neverHit(ruleset: Ruleset, { paths }: Journey): { readonly warnings?: readonly string[] } {
  const [first] = paths;
  const rule = first === undefined || paths.length > 1 ? undefined : decidingRule(first);
  if (rule === undefined || countersOf(ruleset.source, rule)?.packets !== 0 || !hasHits(ruleset)) return {};
  const table = ruleset.tables.get(rule.table);
  const counts = table !== undefined && isNatTable(table) ? '; in nat the first packet of a connection counts, no other' : '';
  const name = ruleName(rule, ruleset.source.file);
  return {
    warnings: [`${name} decides here, and was never hit since it was loaded or last zeroed: its counter is 0${counts}`],
  };
}
