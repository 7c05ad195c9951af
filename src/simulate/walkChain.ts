/** The walk of one packet through one table at one hook.
 *  kernel net/ipv4/netfilter/ip_tables.c ipt_do_table(), net/netfilter/nf_tables_core.c nft_do_chain() */

import type { Budget } from '../lib/budget.ts';
import type { Effect } from '../netfilter/effect.ts';
import { isIdleRule } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { eachLeaf, type Leaf } from '../netfilter/matchExpr.ts';
import type { Clause, Rule } from '../ruleset/ruleset.ts';
import type { Choose } from './choices.ts';
import { toChoice } from './choices.ts';
import type { CompiledChain, CompiledRule } from './compiled.ts';
import { compile, MAYBE, NO } from './evaluate.ts';
import { missOf } from './miss.ts';
import type { Skb } from './skb.ts';
import type { Verdict, WalkStep } from './trace.ts';

/** How a table ended. `rule` is the one that decided; absent: the policy did. */
export interface TableEnd {
  readonly kind: 'accept' | 'drop' | 'undecided';
  readonly rule?: Rule;
  readonly effect?: Effect;
}

export interface WalkContext {
  readonly hook: HookName;
  readonly choose: Choose;
  readonly record: (step: WalkStep) => void;
  /** also record rules that did not match, and why */
  readonly detailed: boolean;
  readonly budget: Budget;
  /** carries out an effect that is not a verdict; `ended` when it ends the table */
  readonly act: (skb: Skb, effect: Effect, rule: Rule) => 'go-on' | 'accept' | 'drop' | 'undecided';
}

export function walkTable(skb: Skb, base: CompiledChain, context: WalkContext): TableEnd {
  const { hook, record, detailed, budget } = context;
  // a detailed walk shows every rule that it passes
  const rulesOf = (one: CompiledChain): readonly CompiledRule[] => (detailed ? one.rules : one.rulesFor(skb.dst));
  const callers: { chain: CompiledChain; rules: readonly CompiledRule[]; at: number }[] = [];
  const inNat = base.chain.base?.kind === 'nat';
  let chain = base;
  let rules = rulesOf(base);
  let at = 0;
  let returning = false;
  for (;;) {
    const next = returning ? undefined : rules[at];
    if (next === undefined) {
      const caller = callers.pop();
      if (detailed && !returning && chain !== base) record({ kind: 'end', hook, table: chain.chain.table, chain: chain.chain.name });
      if (caller === undefined) return policyOf(base, context);
      returning = false;
      ({ chain, rules, at } = caller);
      continue;
    }
    at++;
    budget.step();
    const { rule, effect } = next;
    const truth = next.test(skb);
    if (truth === NO || (truth === MAYBE && !takesIt(skb, rule, context))) {
      if (detailed && truth === NO) record(missOf(skb, rule, hook));
      continue;
    }
    record({ kind: 'rule', hook, rule, verdict: verdictOf(effect), inNat });
    switch (effect.kind) {
      case 'jump':
        callers.push({ chain, rules, at });
        chain = next.chain as CompiledChain;
        rules = rulesOf(chain);
        at = 0;
        break;
      case 'goto':
        chain = next.chain as CompiledChain;
        rules = rulesOf(chain);
        at = 0;
        break;
      case 'return':
        returning = true;
        break;
      case 'continue':
        break;
      case 'accept':
        return { kind: 'accept', rule, effect };
      case 'drop':
      case 'reject':
        return { kind: 'drop', rule, effect };
      default: {
        const end = context.act(skb, effect, rule);
        if (end !== 'go-on') return { kind: end, rule, effect };
      }
    }
  }
}

function policyOf(base: CompiledChain, { hook, record }: WalkContext): TableEnd {
  const verdict = base.chain.base?.policy ?? 'ACCEPT';
  record({ kind: 'policy', hook, table: base.chain.table, chain: base.chain.name, verdict });
  return { kind: verdict === 'DROP' ? 'drop' : 'accept' };
}

/** The rule may match or not: both ways are walked, unless it makes no difference. */
function takesIt(skb: Skb, rule: Rule, { hook, choose, record }: WalkContext): boolean {
  if (isIdleRule(rule)) return false;
  const unknown = rule.clauses.find((clause) => compile(clause.expr)(skb) === MAYBE);
  const leaf = unknown === undefined ? undefined : unknownLeaf(unknown, skb);
  // no leaf is open by itself: it asks how the connection was before NAT, or what a template remembers
  const unsaid = unknown !== undefined && leaf === undefined;
  const what = unsaid
    ? `${unknown.text}, ${skb.hasTemplate ? "which a CT rule's template remembers from earlier packets" : 'which this packet does not show'}`
    : (unknown?.text ?? rule.text);
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

function verdictOf(effect: Effect): Verdict {
  switch (effect.kind) {
    case 'drop':
      return 'DROP';
    case 'reject':
      return 'REJECT';
    case 'return':
      return 'RETURN';
    case 'jump':
      return 'JUMP';
    case 'goto':
      return 'GOTO';
    case 'accept':
    case 'nat':
    case 'divert':
      return 'ACCEPT';
    default:
      return 'CONTINUE';
  }
}
