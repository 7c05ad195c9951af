/** Words to a linked ruleset, or to the reasons why the kernel would not load it. */

import type { IpSet } from '../extensions/contract/extension.ts';
import type { BindContext, ReportProblem } from '../extensions/rule/boundRule.ts';
import { iptablesBase } from '../netfilter/baseChain.ts';
import { isTable, TABLE_HOOKS } from '../netfilter/hooks.ts';
import type { ChainNode, RulesetNode, TableNode } from '../syntax/iptables/ast.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import { wholeSpan } from '../syntax/text/problems.ts';
import { backendOfText } from './asWritten.ts';
import { type BoundTable, bindTable } from './bindTable.ts';
import { checkTable } from './checks.ts';
import { chainsNotShown, unknownRule } from './notShown.ts';
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
  const report: ReportProblem = (finding) => diagnostics.push({ ...finding, span: wholeSpan(finding.span), source: node.source });
  const sets = new Map(options.sets);
  const context = { ...options, sets, family: node.family, report, decoded: new Map() satisfies BindContext['decoded'] };
  const tables = new Map<string, Table>();
  const savedBy = backendOfText(node.source.text);
  const needs = { conntrack: false, defrag: false, opaqueTarget: false };
  for (const table of node.tables) {
    const name = table.name.text;
    if (!isTable(name)) {
      report({
        kind: 'not-loadable',
        code: 'unknown-table',
        message: `unknown table \`${name}\``,
        span: table.name,
        help: 'tables are raw, mangle, nat, filter and security',
      });
      continue;
    }
    const bound = bindTable(table, name, context);
    checkTable(table, { table: bound, savedBy }, report);
    needs.conntrack ||= bound.needs.conntrack;
    needs.defrag ||= bound.needs.defrag;
    needs.opaqueTarget ||= bound.needs.opaqueTarget || table.isPart === true;
    // rules are lowered on first use, all of them after this
    for (const { set, span } of bound.needs.changedSets) {
      if (sets.delete(set))
        report({ kind: 'not-modelled', code: 'not-modelled', message: `packets change the members of ipset \`${set}\``, span });
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
      ...(node.excerpt !== undefined && { excerpt: node.excerpt }),
      ...(node.replaced !== undefined && { replaced: node.replaced }),
    },
    diagnostics,
  };
}

/** Loading a table makes all of its base chains; those that the text does not name accept everything. */
function linkTable(table: TableNode, { name, chains: bound, needs }: BoundTable): Table {
  const chains = new Map<string, Chain>();
  for (const hook of TABLE_HOOKS[name]) {
    const chain = table.chains.find((one) => one.name.text === hook);
    const policy = chain?.policy?.text === 'DROP' ? 'DROP' : 'ACCEPT';
    chains.set(hook, {
      table: name,
      name: hook,
      base: { ...iptablesBase(name, hook), policy },
      rules: bound.get(hook)?.rules ?? [],
      ...spanOf(chain),
    });
  }
  for (const chain of table.chains) {
    const chainName = chain.name.text;
    if (!chains.has(chainName))
      chains.set(chainName, { table: name, name: chainName, rules: bound.get(chainName)?.rules ?? [], ...spanOf(chain) });
  }
  const [like] = table.chains.flatMap(({ rules }) => rules);
  for (const chain of chainsNotShown(table, name)) {
    const rules = [unknownRule(name, chain, { line: like?.line ?? 1, span: like?.span ?? table.name })];
    chains.set(chain, { ...(chains.get(chain) ?? { table: name, name: chain }), rules, notShown: true });
  }
  return { name, chains, ...(needs.conntrack && { asksConntrack: true as const }) };
}

function spanOf(chain: ChainNode | undefined): Pick<Chain, 'span'> {
  return chain?.span === undefined ? {} : { span: chain.span };
}
