/** Conditions that may hold or not: both ways are walked. */
import type { HookName } from '../netfilter/hooks.ts';
import { eachLeaf, type Leaf } from '../netfilter/matchExpr.ts';
import type { Clause, Rule } from '../ruleset/ruleset.ts';
import { type Choose, toChoice } from './choices.ts';
import { compile, MAYBE } from './evaluate.ts';
import type { Skb } from './skb.ts';
import type { WalkStep } from './trace.ts';

export interface Deciding {
  readonly hook: HookName;
  readonly choose: Choose;
  readonly record: (step: WalkStep) => void;
}

export interface OpenMatch {
  readonly rule: Rule;
  /** the one that is open; absent: none by itself */
  readonly clause: Clause | undefined;
}

/** Takes one of the two ways: whether it holds on this one. */
export function decideMatch(skb: Skb, { rule, clause }: OpenMatch, { hook, choose, record }: Deciding): boolean {
  const leaf = clause === undefined ? undefined : unknownLeaf(clause, skb);
  // no leaf is open by itself: it asks how the connection was before NAT, or what a template remembers
  const unsaid = clause !== undefined && leaf === undefined;
  const what = unsaid
    ? `${clause.text}, ${skb.hasTemplate ? "which a CT rule's template remembers from earlier packets" : 'which this packet does not show'}`
    : (clause?.text ?? rule.text);
  const fork = {
    why: unsaid ? ('unsaid' as const) : leaf?.kind === 'chance' ? ('chance' as const) : ('unmodelled' as const),
    what,
    rule,
    ways: 2,
    says: ['matches', 'does not match'],
    ...(leaf?.kind === 'unmodelled' && leaf.lacks !== undefined && { lacks: leaf.lacks }),
    ...(leaf?.kind === 'chance' && leaf.probability !== undefined ? { probability: leaf.probability } : {}),
  };
  const taken = choose(fork);
  record({ kind: 'choice', hook, choice: toChoice({ fork, taken }) });
  return taken === 0;
}

/** The part that makes a clause unknown; one that is not modelled before one of chance. */
function unknownLeaf(clause: Clause, skb: Skb): UnknownLeaf | undefined {
  const leaves: UnknownLeaf[] = [];
  eachLeaf(clause.expr, (leaf) => {
    if ((leaf.kind === 'chance' || leaf.kind === 'unmodelled') && compile(leaf)(skb) === MAYBE) leaves.push(leaf);
  });
  return leaves.find(({ kind }) => kind === 'unmodelled') ?? leaves[0];
}

type UnknownLeaf = Extract<Leaf, { kind: 'chance' | 'unmodelled' }>;
