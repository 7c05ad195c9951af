/** Words to a linked ruleset, or to the reasons why the kernel would not load it. */
import type { BindContext, Report } from '../extensions/bind/boundRule.ts';
import type { IpSet } from '../extensions/extension.ts';
import { isTable, TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import type { ChainNode, RulesetNode, TableNode } from '../syntax/ast.ts';
import { type Diagnostic, isError } from '../syntax/diagnostic.ts';
import { wholeSpan } from '../syntax/report.ts';
import { type BoundTable, bindTable } from './bindTable.ts';
import { checkTable } from './checks.ts';
import type { Chain, Ruleset, Table } from './ruleset.ts';

export interface ResolveOptions {
  /** ipsets by name, with their members */
  readonly sets?: ReadonlyMap<string, IpSet>;
  /** seconds since 1970 at which the packets come */
  readonly now?: number | undefined;
  /** device group of each interface of the host */
  readonly interfaceGroups?: ReadonlyMap<string, number>;
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
  const report: Report = (finding) => diagnostics.push({ ...finding, span: wholeSpan(finding.span), source: node.source });
  const sets = new Map(options.sets);
  const context = { ...options, sets, family: node.family, report, decoded: new Map() satisfies BindContext['decoded'] };
  const tables = new Map<TableName, Table>();
  const needs = { conntrack: false, defrag: false, opaqueTarget: false };
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
    const bound = bindTable(table, name, context);
    checkTable(table, bound, report);
    needs.conntrack ||= bound.needs.conntrack;
    needs.defrag ||= bound.needs.defrag;
    needs.opaqueTarget ||= bound.needs.opaqueTarget;
    // rules are lowered when they are first asked for, all of them after this
    for (const { set, span } of bound.needs.changedSets) {
      if (sets.delete(set)) report({ kind: 'not-modelled', message: `packets change the members of ipset \`${set}\``, span });
    }
    tables.set(name, linkTable(table, bound));
  }
  if (diagnostics.some(isError)) return { diagnostics };
  return {
    ruleset: {
      family: node.family,
      source: node.source,
      tables,
      usesConntrack: needs.conntrack,
      usesDefrag: needs.conntrack || needs.defrag,
      hasOpaqueTarget: needs.opaqueTarget,
    },
    diagnostics,
  };
}

/** Loading a table makes all of its base chains; those that the text does not name accept everything. */
function linkTable(table: TableNode, { name, chains: bound }: BoundTable): Table {
  const nodes = new Map(table.chains.map((chain) => [chain.name.text, chain]));
  const chains = new Map<string, Chain>();
  for (const hook of TABLE_HOOKS[name]) {
    const chain = nodes.get(hook);
    const policy = chain?.policy?.text === 'DROP' ? 'DROP' : 'ACCEPT';
    chains.set(hook, { table: name, name: hook, hook, policy, rules: bound.get(hook)?.rules ?? [], ...spanOf(chain) });
  }
  for (const chain of table.chains) {
    const chainName = chain.name.text;
    if (!chains.has(chainName))
      chains.set(chainName, { table: name, name: chainName, rules: bound.get(chainName)?.rules ?? [], ...spanOf(chain) });
  }
  return { name, chains };
}

function spanOf(chain: ChainNode | undefined): Pick<Chain, 'span'> {
  return chain?.span === undefined ? {} : { span: chain.span };
}
