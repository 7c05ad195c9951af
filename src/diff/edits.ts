/** What was edited in the rules, rule by rule: for edits that change no packet's fate, which a reviewer sees in the text all the same. */
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { align } from './align.ts';

/** swapped: two neighbours changed places; moved: the same rule at another place of its chain; without base it is new, without head it is gone, with both it was edited */
export interface RuleEdit {
  readonly kind: 'swapped' | 'moved' | 'edited' | 'added' | 'removed';
  readonly base?: Rule;
  readonly head?: Rule;
  /** of a new rule that decides no packet; `by`: the rules before it that take them */
  readonly why?: { readonly how: 'unreachable-chain' | 'empty-match' | 'shadowed'; readonly by: readonly Rule[] };
}

/** None where no table is on both sides, as between backends: each rule is another one there. */
export function editsOf(base: Ruleset, head: Ruleset): readonly RuleEdit[] {
  const isReplaced = base.tables.size > 0 && head.tables.size > 0 && ![...base.tables.keys()].some((name) => head.tables.has(name));
  if (isReplaced) return [];
  const only = align(base, head);
  const chainOf = ({ table, chain }: Rule): string => `${table} ${chain}`;
  const chains = new Set([...only.base, ...only.head].map(chainOf));
  return [...chains].flatMap((chain) => {
    const inChain = (rules: ReadonlySet<Rule>) => [...rules].filter((rule) => chainOf(rule) === chain);
    return editsOfChain(inChain(only.base), inChain(only.head)).map((edit) =>
      isSwap(edit, base, head) ? { ...edit, kind: 'swapped' } : edit,
    );
  });
}

function isSwap({ kind, base: was, head: is }: RuleEdit, base: Ruleset, head: Ruleset): boolean {
  if (kind !== 'moved' || was === undefined || is === undefined || Math.abs(was.number - is.number) !== 1) return false;
  const textAt = ({ tables }: Ruleset, number: number) => tables.get(was.table)?.chains.get(was.chain)?.rules[number - 1]?.text;
  return textAt(base, is.number) === textAt(head, was.number);
}

function editsOfChain(base: readonly Rule[], head: readonly Rule[]): readonly RuleEdit[] {
  const edits: RuleEdit[] = [];
  const left = new Set(head);
  const gone = base.filter((rule) => {
    const there = [...left].find(({ text }) => text === rule.text);
    if (there !== undefined) edits.push({ kind: 'moved', base: rule, head: there });
    return there === undefined || !left.delete(there);
  });
  for (const rule of gone) {
    const instead = [...left].find(({ number }) => number === rule.number);
    if (instead !== undefined) left.delete(instead);
    edits.push(instead === undefined ? { kind: 'removed', base: rule } : { kind: 'edited', base: rule, head: instead });
  }
  return [...edits, ...[...left].map((rule): RuleEdit => ({ kind: 'added', head: rule }))];
}
