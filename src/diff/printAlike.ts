/** Whether two rulesets are printed alike. Two long dumps mostly differ in a few lines, which are printed first: nothing else need be. */
import { everyRule } from '../ruleset/everyRule.ts';
import { printAll } from '../ruleset/print.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { plainLine } from './align.ts';

export function printAlike(base: Ruleset, head: Ruleset): boolean {
  const changed = isDump(base) && isDump(head) ? changedLines(base, head) : [];
  return changed.every(([rule, facing]) => rule.text === facing.text) && printAll([base]) === printAll([head]);
}

/** No plain line is printed as several: the lines of a chain are its rules then, and texts that are equal have equal rules. */
function isDump(ruleset: Ruleset): boolean {
  if ((ruleset.backends ?? ruleset.nft) !== undefined) return false;
  return everyRule(ruleset).every((rule) => lineOf(ruleset, rule) !== undefined);
}

/** Rules at one place of a chain that has as many rules on both sides. */
function changedLines(base: Ruleset, head: Ruleset): readonly (readonly [Rule, Rule])[] {
  const changed: (readonly [Rule, Rule])[] = [];
  for (const [name, { chains }] of base.tables) {
    for (const chain of chains.values()) {
      const other = head.tables.get(name)?.chains.get(chain.name);
      if (other?.rules.length !== chain.rules.length || chain.notShown === true || other.notShown === true) continue;
      for (const [at, rule] of chain.rules.entries()) {
        const facing = other.rules[at] as Rule;
        if (lineOf(base, rule) !== lineOf(head, facing)) changed.push([rule, facing]);
      }
    }
  }
  return changed;
}

function lineOf({ source }: Ruleset, rule: Rule): string | undefined {
  return plainLine((rule.elsewhere ?? source).text.slice(rule.span.start, rule.span.end));
}
