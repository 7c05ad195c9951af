/** What a rule is, whatever it is spelled like: `-C` and `-D` compare rules as the kernel has them.
 *  fact   iptables 1.8.9, both backends: two spellings are one rule exactly when iptables-save prints them alike. `-p tcp --dport 80`
 *         brings `-m tcp`; matches in another order, and `-p tcp -m tcp` beside `-p tcp`, are other rules */
import { bindRule } from '../extensions/rule/bindRule.ts';
import type { BindContext } from '../extensions/rule/boundRule.ts';
import { ruleContext } from '../extensions/rule/checkClause.ts';
import { expandAddresses } from '../extensions/rule/lowerRule.ts';
import { printRule } from '../extensions/rule/printRule.ts';
import { isHook, isTable, TABLE_HOOKS } from '../netfilter/hooks.ts';
import type { Family } from '../packet/address.ts';
import type { RuleNode, TableNode } from '../syntax/iptables/ast.ts';
import type { RuleMeaning } from '../syntax/iptables/openTables.ts';
import type { ResolveOptions } from './resolve.ts';

interface Understood {
  readonly texts: readonly string[] | undefined;
  /** of the table, when the rule was read: a jump may find its chain later */
  readonly chains: number;
}

/** One for a text: what was understood of a rule is kept with the rule, whose words are made anew each time they are read. */
export function ruleMeaning(options: ResolveOptions): RuleMeaning {
  const known: Readonly<Record<Family, WeakMap<RuleNode, Understood>>> = { 4: new WeakMap(), 6: new WeakMap() };
  const decoded: Readonly<Record<Family, BindContext['decoded']>> = { 4: new Map(), 6: new Map() };
  const read = (rule: RuleNode, table: TableNode, family: Family): readonly string[] | undefined => {
    const { sets, ...rest } = options;
    const context: BindContext = { ...rest, sets, family, chainNamed: chainsOf(table), report: () => {}, decoded: decoded[family] };
    const bound = bindRule(rule, context);
    if (bound === undefined || bound === 'skip') return undefined;
    return expandAddresses(bound).map((one) => printRule(one, ruleContext(context, one.proto, '')));
  };
  const ofFamily = (rule: RuleNode, table: TableNode, family: Family): readonly string[] | undefined => {
    const chains = table.chains.length;
    const kept = known[family].get(rule);
    if (kept !== undefined && (kept.texts !== undefined || kept.chains === chains)) return kept.texts;
    const texts = read(rule, table, family);
    known[family].set(rule, { texts, chains });
    return texts;
  };
  return (rule, { table, family }) => {
    if (family !== undefined) return ofFamily(rule, table, family);
    return ofFamily(rule, table, 4) ?? ofFamily(rule, table, 6);
  };
}

function chainsOf(table: TableNode): BindContext['chainNamed'] {
  const hooks = isTable(table.name.text) ? TABLE_HOOKS[table.name.text] : [];
  return (name) => {
    const isBase = isHook(name) && hooks.includes(name);
    return isBase ? undefined : table.chains.find((chain) => chain.name.text === name)?.name.text;
  };
}
