/** Binds all rules of a table once: reports what is wrong with them, and keeps what the load checks need to know. */
import { bindRule } from '../extensions/bind/bindRule.ts';
import type { BindContext, BoundClause, BoundRule } from '../extensions/bind/boundRule.ts';
import { unmodelledNeedsConntrack } from '../extensions/bind/unmodelled.ts';
import { isHook, TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import type { RuleNode, TableNode } from '../syntax/ast.ts';
import type { Span } from '../syntax/source.ts';
import { LinkedRule } from './linkedRule.ts';

export interface BoundTable {
  readonly name: TableName;
  readonly chains: ReadonlyMap<string, BoundChain>;
  readonly needsConntrack: boolean;
}

export interface BoundChain {
  readonly name: string;
  readonly rules: readonly LinkedRule[];
  readonly jumps: readonly Jump[];
  /** clauses that do not load everywhere */
  readonly limited: readonly LimitedClause[];
  readonly interfaces: readonly InterfaceOption[];
  /** index of the first rule that takes every packet out of the chain: iptables-legacy looks no further; Infinity when there is none */
  readonly end: number;
}

export interface Jump {
  readonly to: string;
  /** index of the rule in its chain */
  readonly at: number;
  readonly span: Span;
}

export interface LimitedClause {
  readonly clause: BoundClause;
  readonly at: number;
}

export interface InterfaceOption {
  readonly option: '-i' | '-o';
  readonly span: Span;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] extends readonly (infer Item)[] ? Item[] : T[Name] };

export function bindTable(table: TableNode, name: TableName, options: Omit<BindContext, 'isChain'>): BoundTable {
  const names = new Set(table.chains.map((chain) => chain.name.text));
  const isChain = (chain: string): boolean => names.has(chain) && !(isHook(chain) && TABLE_HOOKS[name].includes(chain));
  const loud: BindContext = { ...options, isChain };
  const silent: BindContext = { ...loud, report: () => {} };
  const chains = new Map<string, BoundChain>();
  let needsConntrack = false;
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
      const bound = bindRule(node, loud);
      if (bound === undefined || bound === 'skip') continue;
      needsConntrack = takeFacts(chain, node, bound) || needsConntrack;
      const parts = (bound.source?.value.length ?? 1) * (bound.destination?.value.length ?? 1);
      const target = bound.target?.kind === 'extension' ? bound.target.clause.name : bound.target?.chain;
      for (let part = 0; part < parts; part++) chain.rules.push(new LinkedRule(where, chain.rules.length + 1, { node, part, target }));
    }
    chains.set(word.text, chain);
  }
  return { name, chains, needsConntrack };
}

/** What the load checks ask of one rule; says whether it needs conntrack. */
function takeFacts(chain: Writable<BoundChain>, node: RuleNode, rule: BoundRule): boolean {
  const at = chain.rules.length;
  const { matches, target } = rule;
  let needsConntrack = false;
  for (const clause of matches) {
    if (isLimited(clause)) chain.limited.push({ clause, at });
    needsConntrack ||= asksForConntrack(clause);
  }
  if (target?.kind === 'extension') {
    if (isLimited(target.clause)) chain.limited.push({ clause: target.clause, at });
    needsConntrack ||= asksForConntrack(target.clause);
    if (chain.end > at && alwaysEnds(rule, target.clause.name)) chain.end = at;
  } else if (target !== undefined) chain.jumps.push({ to: target.chain, at, span: node.span });
  if (isHook(chain.name)) {
    if (rule.iif !== undefined) chain.interfaces.push({ option: '-i', span: rule.iif.span });
    if (rule.oif !== undefined) chain.interfaces.push({ option: '-o', span: rule.oif.span });
  }
  return needsConntrack;
}

function isLimited({ extension }: BoundClause): boolean {
  return (
    extension !== undefined && (extension.hooks !== undefined || extension.tables !== undefined || extension.legacyTables !== undefined)
  );
}

function asksForConntrack({ name, extension, given }: BoundClause): boolean {
  return extension === undefined ? unmodelledNeedsConntrack(name) : extension.needsConntrack?.(given) === true;
}

const ENDING: readonly string[] = ['ACCEPT', 'DROP', 'RETURN'];

function alwaysEnds({ source, destination, iif, oif, proto, fragment, matches }: BoundRule, target: string): boolean {
  if (!ENDING.includes(target) || matches.length > 0) return false;
  return (source ?? destination ?? iif ?? oif ?? proto ?? fragment) === undefined;
}
