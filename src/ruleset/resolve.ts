/** Words to a linked ruleset, or to the reasons why the kernel would not load it. */
import { bindRule } from '../extensions/bind/bindRule.ts';
import type { BoundRule, Report } from '../extensions/bind/boundRule.ts';
import { ruleContext } from '../extensions/bind/checkClause.ts';
import { unmodelledNeedsConntrack } from '../extensions/bind/unmodelled.ts';
import type { IpSet } from '../extensions/extension.ts';
import { expandAddresses } from '../extensions/lowerRule.ts';
import { isHook, isTable, TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import type { ChainNode, RulesetNode, TableNode } from '../syntax/ast.ts';
import { type Diagnostic, isError } from '../syntax/diagnostic.ts';
import { checkChain, checkReach, type PlacedRule } from './checks.ts';
import { LinkedRule } from './linkedRule.ts';
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
    const bound = bindTable(table, name, { node, options, report });
    usesConntrack ||= bound.some(({ rule }) => needsConntrack(rule));
    tables.set(name, linkTable(table, name, bound));
  }
  if (diagnostics.some(isError)) return { diagnostics };
  return { ruleset: { family: node.family, source: node.source, tables, usesConntrack }, diagnostics };
}

interface Setting {
  readonly node: RulesetNode;
  readonly options: ResolveOptions;
  readonly report: Report;
}

function bindTable(table: TableNode, name: TableName, { node, options, report }: Setting): readonly PlacedRule[] {
  const chains = new Set(table.chains.map((chain) => chain.name.text));
  const isChain = (chain: string): boolean => chains.has(chain) && !isBaseChain(name, chain);
  const context = { ...options, family: node.family, isChain, report };
  const placed: PlacedRule[] = [];
  for (const chain of table.chains) {
    checkChain(chain, report);
    let number = 0;
    for (const rule of chain.rules) {
      const bound = bindRule(rule, context);
      if (bound === undefined || bound === 'skip') continue;
      for (const one of expandAddresses(bound)) {
        number++;
        const place = { table: name, chain: chain.name.text, number, line: rule.line, span: rule.span };
        placed.push({
          place,
          rule: one,
          context: ruleContext(one, { family: node.family, ...options }, `${name} ${chain.name.text} ${number}`),
        });
      }
    }
  }
  checkReach({ table: name, chains: table.chains, placed, report });
  return placed;
}

function isBaseChain(table: TableName, chain: string): boolean {
  return isHook(chain) && TABLE_HOOKS[table].includes(chain);
}

function needsConntrack(rule: BoundRule): boolean {
  const { matches, target } = rule;
  for (const match of matches) {
    if (match.extension === undefined ? unmodelledNeedsConntrack(match.name) : match.extension.needsConntrack?.(match.given) === true)
      return true;
  }
  if (target?.kind !== 'extension') return false;
  return target.extension === undefined ? unmodelledNeedsConntrack(target.name) : target.extension.needsConntrack?.(target.given) === true;
}

/** Loading a table makes all of its base chains; those that the text does not name accept everything. */
function linkTable(table: TableNode, name: TableName, placed: readonly PlacedRule[]): Table {
  const rules = new Map<string, LinkedRule[]>();
  for (const { place, rule, context } of placed) {
    const linked = new LinkedRule(place, rule, context);
    const list = rules.get(place.chain);
    if (list === undefined) rules.set(place.chain, [linked]);
    else list.push(linked);
  }
  const nodes = new Map(table.chains.map((chain) => [chain.name.text, chain]));
  const chains = new Map<string, Chain>();
  for (const hook of TABLE_HOOKS[name]) {
    const chain = nodes.get(hook);
    const policy = chain?.policy?.text === 'DROP' ? 'DROP' : 'ACCEPT';
    chains.set(hook, { table: name, name: hook, hook, policy, rules: rules.get(hook) ?? [], ...spanOf(chain) });
  }
  for (const chain of table.chains) {
    if (chains.has(chain.name.text)) continue;
    chains.set(chain.name.text, { table: name, name: chain.name.text, rules: rules.get(chain.name.text) ?? [], ...spanOf(chain) });
  }
  return { name, chains };
}

function spanOf(chain: ChainNode | undefined): Pick<Chain, 'span'> {
  return chain?.span === undefined ? {} : { span: chain.span };
}
