/** Words to a linked ruleset, or to the reasons why the kernel would not load it. */
import { bindRule } from '../extensions/bind/bindRule.ts';
import type { BindContext, BoundClause, BoundRule, Report } from '../extensions/bind/boundRule.ts';
import { ruleContext } from '../extensions/bind/checkClause.ts';
import { unmodelledNeedsConntrack } from '../extensions/bind/unmodelled.ts';
import type { IpSet } from '../extensions/extension.ts';
import { expandAddresses } from '../extensions/lowerRule.ts';
import { isHook, isTable, TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import type { ChainNode, RulesetNode, TableNode } from '../syntax/ast.ts';
import { type Diagnostic, isError } from '../syntax/diagnostic.ts';
import { checkTable } from './checks.ts';
import { LinkedRule, type PlacedRule } from './linkedRule.ts';
import type { Chain, Ruleset, Table } from './ruleset.ts';

export interface ResolveOptions {
  /** ipsets by name, with their members */
  readonly sets?: ReadonlyMap<string, IpSet>;
  /** numeric ids of user and group names */
  readonly users?: ReadonlyMap<string, number>;
  readonly groups?: ReadonlyMap<string, number>;
}

export interface ResolveResult {
  /** absent when a diagnostic is an error */
  readonly ruleset?: Ruleset;
  readonly diagnostics: readonly Diagnostic[];
}

export function resolve(node: RulesetNode, options: ResolveOptions = {}): ResolveResult {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (finding) => diagnostics.push({ ...finding, source: node.source });
  const tables = new Map<TableName, Table>();
  const decoded: BindContext['decoded'] = new Map();
  let usesConntrack = false;
  for (const table of node.tables) {
    const name = table.name.text;
    if (!isTable(name)) {
      report({
        kind: 'not-loadable',
        message: `there is no table \`${name}\``,
        span: table.name,
        help: 'tables are raw, mangle, nat, filter and security',
      });
      continue;
    }
    const rules = bindTable(table, name, { node, options, report, decoded });
    for (const placed of rules.values()) usesConntrack ||= placed.some(({ rule }) => needsConntrack(rule));
    checkTable({ table: name, chains: table.chains, rules, report });
    tables.set(name, linkTable(table, name, rules));
  }
  if (diagnostics.some(isError)) return { diagnostics };
  return { ruleset: { family: node.family, source: node.source, tables, usesConntrack }, diagnostics };
}

interface Setting {
  readonly node: RulesetNode;
  readonly options: ResolveOptions;
  readonly report: Report;
  readonly decoded: BindContext['decoded'];
}

type RulesByChain = ReadonlyMap<string, readonly PlacedRule[]>;

function bindTable(table: TableNode, name: TableName, { node, options, report, decoded }: Setting): RulesByChain {
  const chains = new Set(table.chains.map((chain) => chain.name.text));
  const isChain = (chain: string): boolean => chains.has(chain) && !isBaseChain(name, chain);
  const context = { ...options, family: node.family, isChain, report, decoded };
  const rules = new Map<string, readonly PlacedRule[]>();
  for (const chain of table.chains) {
    const placed: PlacedRule[] = [];
    for (const rule of chain.rules) {
      const bound = bindRule(rule, context);
      if (bound === undefined || bound === 'skip') continue;
      for (const one of expandAddresses(bound)) {
        const number = placed.length + 1;
        const place = { table: name, chain: chain.name.text, number, line: rule.line, span: rule.span };
        const ruleId = `${name} ${chain.name.text} ${number}`;
        placed.push({ place, rule: one, context: ruleContext(one, { family: node.family, ...options }, ruleId) });
      }
    }
    rules.set(chain.name.text, placed);
  }
  return rules;
}

function isBaseChain(table: TableName, chain: string): boolean {
  return isHook(chain) && TABLE_HOOKS[table].includes(chain);
}

function needsConntrack({ matches, target }: BoundRule): boolean {
  const clauses: readonly BoundClause[] = target?.kind === 'extension' ? [...matches, target] : matches;
  return clauses.some(({ name, extension, given }) =>
    extension === undefined ? unmodelledNeedsConntrack(name) : extension.needsConntrack?.(given) === true,
  );
}

/** Loading a table makes all of its base chains; those that the text does not name accept everything. */
function linkTable(table: TableNode, name: TableName, rules: RulesByChain): Table {
  const nodes = new Map(table.chains.map((chain) => [chain.name.text, chain]));
  const linked = (chain: string): readonly LinkedRule[] => (rules.get(chain) ?? []).map((placed) => new LinkedRule(placed));
  const chains = new Map<string, Chain>();
  for (const hook of TABLE_HOOKS[name]) {
    const chain = nodes.get(hook);
    const policy = chain?.policy?.text === 'DROP' ? 'DROP' : 'ACCEPT';
    chains.set(hook, { table: name, name: hook, hook, policy, rules: linked(hook), ...spanOf(chain) });
  }
  for (const chain of table.chains) {
    const chainName = chain.name.text;
    if (!chains.has(chainName)) chains.set(chainName, { table: name, name: chainName, rules: linked(chainName), ...spanOf(chain) });
  }
  return { name, chains };
}

function spanOf(chain: ChainNode | undefined): Pick<Chain, 'span'> {
  return chain?.span === undefined ? {} : { span: chain.span };
}
