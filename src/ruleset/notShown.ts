/** Chains of a table of which only a part was given: what they do is not known, and what depends on it is undecided. */
import { findTarget } from '../extensions/rule/registry.ts';
import { isKnownTarget } from '../extensions/rule/unmodelled.ts';
import { TABLE_HOOKS, type TableName } from '../netfilter/hooks.ts';
import { ALWAYS } from '../netfilter/matchExpr.ts';
import type { TableNode } from '../syntax/iptables/ast.ts';
import type { Rule } from './ruleset.ts';

const JUMPS: readonly string[] = ['-j', '--jump', '-g', '--goto'];

/** Chains that rules jump to and that have no rule and no declaration; base chains without a rule and a policy. */
export function chainsNotShown(table: TableNode, name: TableName): readonly string[] {
  if (table.isPart === undefined) return [];
  const shown = new Set(table.chains.map((chain) => chain.name.text));
  const targets = table.chains.flatMap(({ rules }) =>
    rules.flatMap(({ words }) =>
      words.flatMap(({ text, quoted }, at) => (!quoted && JUMPS.includes(words[at - 1]?.text ?? '') ? [text] : [])),
    ),
  );
  const chains = targets.filter((target) => findTarget(target) === undefined && !isKnownTarget(target));
  return [...new Set([...TABLE_HOOKS[name], ...chains])].filter((chain) => !shown.has(chain));
}

/** One rule in the place of unknown ones. */
export function unknownRule(table: TableName, chain: string, like: Pick<Rule, 'line' | 'span'>): Rule {
  const effect = { kind: 'unmodelled', reason: `what is in chain ${chain} (the text does not show it)` } as const;
  return {
    number: 1,
    chain,
    table,
    match: ALWAYS,
    clauses: [],
    effects: [effect],
    text: `-A ${chain} (not shown)`,
    line: like.line,
    span: like.span,
  };
}
