/** Rules as `iptables-save` prints them. */
import { print } from '../../ruleset/print.ts';
import { type RulesInput, rulesetsOf } from './rules.ts';

/** The text that iptables 1.8.9 would print, without counters and comments; IPv6 comes after a line `# ip6tables` where both families are there.
 *  @throws InputError when the rules cannot be read */
export function printRules(rules: RulesInput): string {
  const rulesets = rulesetsOf(rules, { allowEmpty: true });
  if (rulesets.length === 1) return rulesets.map(print).join('');
  return rulesets.map((ruleset) => `${ruleset.family === 6 ? '# ip6tables\n' : ''}${print(ruleset)}`).join('');
}
