/** Binds all rules of a table once: reports what is wrong with them, and keeps what the load checks need to know. */
import { bindRule } from '../extensions/rule/bindRule.ts';
import type { BindContext, ReadAs, ReportProblem } from '../extensions/rule/boundRule.ts';
import { packedList } from '../lib/packedList.ts';
import { isHook, TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import type { RuleNode, TableNode } from '../syntax/iptables/ast.ts';
import { DumpedRule } from '../syntax/iptables/dumpedRule.ts';
import { LinkedRule } from './linkedRule.ts';
import { chainsNotShown } from './notShown.ts';
import type { Jump, NamedCalls } from './reach.ts';
import { checkTables, clausesOf, type InterfaceOption, type Limited, type RuleFacts, ruleFacts } from './ruleFacts.ts';
import { factsByForm, ruleForm } from './ruleForm.ts';
import { findForm, keepForm, newWordTree, type WordTree } from './wordTree.ts';

export interface BoundTable extends NamedCalls {
  readonly name: TableName;
  readonly chains: ReadonlyMap<string, BoundChain>;
  readonly needs: Needs;
}

/** What the rules of a table switch on in the kernel. */
export interface Needs {
  readonly conntrack: boolean;
  readonly defrag: boolean;
  /** ipsets that they change */
  readonly changedSets: RuleFacts['changedSets'];
  /** some target is not modelled */
  readonly opaqueTarget: boolean;
}

export interface BoundChain {
  readonly name: string;
  readonly rules: readonly LinkedRule[];
  readonly jumps: readonly Jump[];
  /** clauses that do not load on every hook */
  readonly limited: readonly LimitedClause[];
  readonly interfaces: readonly InterfaceOption[];
  /** index of the first rule that ends the chain for all packets: iptables-legacy looks no further; Infinity when there is none */
  readonly end: number;
}

/** A clause that does not load on every hook, in its chain. */
export interface LimitedClause extends Limited {
  /** index of its rule */
  readonly at: number;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] extends readonly (infer Item)[] ? Item[] : T[Name] };

export function bindTable(table: TableNode, name: TableName, options: Omit<BindContext, 'chainNamed'>): BoundTable {
  const names = new Map([...table.chains.map((chain) => chain.name.text), ...chainsNotShown(table, name)].map((one) => [one, one]));
  for (const hook of TABLE_HOOKS[name]) names.delete(hook);
  const loud: BindContext = { ...options, chainNamed: (chain) => names.get(chain) };
  const silent: BindContext = { ...loud, report: () => {} };
  const tree = newWordTree(silent);
  const chains = new Map<string, BoundChain>();
  const needs: Writable<Needs> = { conntrack: false, defrag: false, changedSets: [], opaqueTarget: false };
  for (const { name: word, rules } of table.chains) {
    const chain: Writable<BoundChain> = {
      name: word.text,
      rules: [],
      jumps: [],
      limited: [],
      interfaces: [],
      end: Number.POSITIVE_INFINITY,
    };
    const where = { table: name, chain: word.text, bind: silent };
    for (const node of rules) {
      const facts = likeBefore(node, tree) ?? boundFacts(node, { table: name, context: loud, tree });
      if (facts === undefined) continue;
      take(chain, node, facts);
      needs.conntrack ||= facts.conntrack;
      needs.defrag ||= facts.defrag;
      needs.opaqueTarget ||= facts.opaqueTarget;
      needs.changedSets.push(...facts.changedSets);
      const { parts, target } = facts;
      for (let part = 0; part < parts; part++) chain.rules.push(new LinkedRule(where, chain.rules.length + 1, { node, part, target }));
    }
    chains.set(word.text, packed(chain));
  }
  return { name, roots: TABLE_HOOKS[name].map((hook) => ({ chain: hook, hook })), chains, needs };
}

/** Most chains have one to four rules, and there may be 60,000 of them. */
function packed({ name, rules, jumps, limited, interfaces, end }: BoundChain): BoundChain {
  return {
    name,
    end,
    rules: packedList(rules),
    jumps: packedList(jumps),
    limited: packedList(limited),
    interfaces: packedList(interfaces),
  };
}

/** What the table is told by a rule that differs from an earlier one in values only. */
function likeBefore(node: RuleNode, tree: WordTree): RuleFacts | undefined {
  const form = node instanceof DumpedRule ? findForm(tree, node.captured) : undefined;
  return form && factsByForm(form, tree);
}

interface Binding {
  readonly table: TableName;
  readonly context: BindContext;
  readonly tree: WordTree;
}

/** What any rule tells the table, and what is wrong with it. Undefined: it is refused, or for the other family. */
function boundFacts(node: RuleNode, { table, context, tree }: Binding): RuleFacts | undefined {
  let silent = true;
  const taken = new Map<number, ReadAs>();
  const report: ReportProblem = (finding) => {
    silent = false;
    context.report(finding);
  };
  const bound = bindRule(node, { ...context, report, taken: ({ start }, as) => taken.set(start, as) });
  if (bound === undefined || bound === 'skip') return undefined;
  for (const clause of clausesOf(bound)) checkTables(clause, table, report);
  const facts = ruleFacts(bound, tree.context);
  if (silent && node instanceof DumpedRule)
    keepForm(tree, node.captured, {
      taken,
      make: (values) => ruleForm({ bound, facts, words: node.words, values, table, context: tree.context }),
    });
  return facts;
}

/** What the load checks ask of one rule. */
function take(chain: Writable<BoundChain>, node: RuleNode, { limited, calls, ends, target, interfaces }: RuleFacts): void {
  const at = chain.rules.length;
  for (const { call, allowed, onEntry, span, tables } of limited) chain.limited.push({ call, allowed, onEntry, at, span, tables });
  if (ends && chain.end > at) chain.end = at;
  if (calls && target !== undefined) chain.jumps.push({ to: target, at, span: node.span });
  if (isHook(chain.name)) chain.interfaces.push(...interfaces);
}
