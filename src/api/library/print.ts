/** Rules as `iptables-save` prints them. */
import { printAll } from '../../ruleset/print.ts';
import { type RulesInput, rulesetsOf } from './rules.ts';

/** The text that iptables 1.8.9 would print, without counters and comments; IPv6 comes after a line `# ip6tables` where both families are there.
 *  @throws InputError when the rules cannot be read */
export function printRules(rules: RulesInput): string {
  return printAll(rulesetsOf(rules, { allowEmpty: true }));
}
