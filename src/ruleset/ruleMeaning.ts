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

/** One for a text: what was understood of a rule is kept. */
export function ruleMeaning(options: ResolveOptions): RuleMeaning {
  const known = new Map<Family, WeakMap<object, readonly string[]>>([
    [4, new WeakMap()],
    [6, new WeakMap()],
  ]);
  const decoded: Readonly<Record<Family, BindContext['decoded']>> = { 4: new Map(), 6: new Map() };
  const ofFamily = (rule: RuleNode, table: TableNode, family: Family): readonly string[] | undefined => {
    const kept = known.get(family)?.get(rule.words);
    if (kept !== undefined) return kept;
    const { sets, ...rest } = options;
    const context: BindContext = { ...rest, sets, family, isChain: chainsOf(table), report: () => {}, decoded: decoded[family] };
    const bound = bindRule(rule, context);
    if (bound === undefined || bound === 'skip') return undefined;
    const texts = expandAddresses(bound).map((one) => printRule(one, ruleContext(context, one.proto, '')));
    known.get(family)?.set(rule.words, texts);
    return texts;
  };
  return (rule, { table, family }) => {
    if (family !== undefined) return ofFamily(rule, table, family);
    return ofFamily(rule, table, 4) ?? ofFamily(rule, table, 6);
  };
}

function chainsOf(table: TableNode): (name: string) => boolean {
  const hooks = isTable(table.name.text) ? TABLE_HOOKS[table.name.text] : [];
  return (name) => !(isHook(name) && hooks.includes(name)) && table.chains.some((chain) => chain.name.text === name);
}
