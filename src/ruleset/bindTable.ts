/** Binds all rules of a table once: reports what is wrong with them, and keeps what the load checks need to know. */
import { bindRule } from '../extensions/rule/bindRule.ts';
import type { BindContext, BoundClause, BoundRule, ReportProblem } from '../extensions/rule/boundRule.ts';
import { ruleContext } from '../extensions/rule/checkClause.ts';
import { lowerTarget } from '../extensions/rule/lowerRule.ts';
import { packedList } from '../lib/packedList.ts';
import { type HookName, isHook, TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import type { RuleNode, TableNode } from '../syntax/iptables/ast.ts';
import type { Span } from '../syntax/text/source.ts';
import { LinkedRule } from './linkedRule.ts';
import { chainsNotShown } from './notShown.ts';
import type { Jump, NamedCalls } from './reach.ts';

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
  readonly changedSets: readonly { readonly set: string; readonly span: Span }[];
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

export interface LimitedClause {
  /** `-m owner` */
  readonly call: string;
  readonly allowed: readonly HookName[];
  /** iptables-nft does not see who calls the chain */
  readonly onEntry: boolean;
  readonly at: number;
  readonly span: Span;
  /** tables in which it loads, when not in all */
  readonly tables: readonly TableName[] | undefined;
}

export interface InterfaceOption {
  readonly option: '-i' | '-o';
  readonly span: Span;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] extends readonly (infer Item)[] ? Item[] : T[Name] };

export function bindTable(table: TableNode, name: TableName, options: Omit<BindContext, 'chainNamed'>): BoundTable {
  const names = new Map([...table.chains.map((chain) => chain.name.text), ...chainsNotShown(table, name)].map((one) => [one, one]));
  for (const hook of TABLE_HOOKS[name]) names.delete(hook);
  const loud: BindContext = { ...options, chainNamed: (chain) => names.get(chain) };
  const silent: BindContext = { ...loud, report: () => {} };
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
      const bound = bindRule(node, loud);
      if (bound === undefined || bound === 'skip') continue;
      takeFacts(chain, node, bound);
      for (const clause of clausesOf(bound)) {
        checkTables(clause, name, loud.report);
        needs.conntrack ||= asksForConntrack(clause);
        needs.defrag ||= clause.extension?.needsDefrag === true;
        for (const set of clause.extension?.changesSets?.(clause.given) ?? []) needs.changedSets.push({ set, span: clause.span });
      }
      needs.opaqueTarget ||= hasOpaqueTarget(bound, silent);
      const parts = (bound.source?.value.length ?? 1) * (bound.destination?.value.length ?? 1);
      const target = bound.target?.kind === 'extension' ? bound.target.clause.name : bound.target?.chain;
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

function hasOpaqueTarget(bound: BoundRule, context: BindContext): boolean {
  return lowerTarget(bound, ruleContext(context, bound.proto, '')).kind === 'unmodelled';
}

/** What the load checks ask of one rule. */
function takeFacts(chain: Writable<BoundChain>, node: RuleNode, rule: BoundRule): void {
  const at = chain.rules.length;
  const { target } = rule;
  for (const clause of clausesOf(rule)) {
    const allowed = clause.extension?.hooks?.(clause.given);
    if (allowed !== undefined)
      chain.limited.push({
        call: callName(clause),
        allowed,
        onEntry: clause.extension?.checksHooksOnEntry === true,
        at,
        span: clause.span,
        tables: clause.extension?.tables,
      });
  }
  if (target?.kind === 'extension') {
    if (chain.end > at && alwaysEnds(rule, target.clause.name)) chain.end = at;
  } else if (target !== undefined) chain.jumps.push({ to: target.chain, at, span: node.span });
  if (isHook(chain.name)) {
    if (rule.iif !== undefined) chain.interfaces.push({ option: '-i', span: rule.iif.span });
    if (rule.oif !== undefined) chain.interfaces.push({ option: '-o', span: rule.oif.span });
  }
}

function clausesOf({ matches, target }: BoundRule): readonly BoundClause[] {
  return target?.kind === 'extension' ? [...matches, target.clause] : matches;
}

function callName({ name, extension }: BoundClause): string {
  return extension?.kind === 'target' ? `-j ${name}` : `-m ${name}`;
}

function checkTables(clause: BoundClause, table: TableName, report: ReportProblem): void {
  if (clause.extension === undefined) return;
  const { legacyTables } = clause.extension;
  const tables = clause.extension.tablesFor?.(clause.given) ?? clause.extension.tables;
  if (legacyTables !== undefined && !legacyTables.includes(table)) {
    report({
      kind: 'warning',
      code: 'backend-difference',
      message: `iptables-legacy loads \`${callName(clause)}\` in table ${legacyTables.join(', ')} only`,
      refusedBy: 'legacy',
      span: clause.span,
    });
  }
  if (tables === undefined || tables.includes(table)) return;
  const where = tables.length === 1 ? `table ${tables[0]}` : `tables ${tables.join(', ')}`;
  report({
    kind: 'not-loadable',
    code: 'wrong-table',
    message: `\`${callName(clause)}\` loads in ${where} only, not in ${table}`,
    span: clause.span,
  });
}

function asksForConntrack({ extension, given }: BoundClause): boolean {
  return extension?.needsConntrack?.(given) === true;
}

const ENDING: readonly string[] = ['ACCEPT', 'DROP', 'RETURN'];

function alwaysEnds({ source, destination, iif, oif, proto, fragment, matches }: BoundRule, target: string): boolean {
  if (!ENDING.includes(target) || matches.length > 0) return false;
  return (source ?? destination ?? iif ?? oif ?? proto ?? fragment) === undefined;
}
