/** What a rule does to a packet that it matches: its effects in order, until one of them ends the list or the rule is left.
 *  kernel net/netfilter/nf_tables_core.c nft_do_chain(): a rule that breaks leaves no line in a trace */
import type { Budget } from '../lib/budget.ts';
import type { Effect, SwitchBranch } from '../netfilter/effect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { Choose } from './choices.ts';
import type { CompiledBranch, CompiledEffect, CompiledRule } from './compiled.ts';
import { MAYBE, YES } from './evaluate.ts';
import { decideMatch } from './maybe.ts';
import { missOfSwitch } from './miss.ts';
import type { Skb } from './skb.ts';
import type { Verdict, WalkStep } from './trace.ts';

export interface WalkContext {
  readonly hook: HookName;
  readonly choose: Choose;
  readonly record: (step: WalkStep) => void;
  /** also record rules that did not match, and why */
  readonly detailed: boolean;
  readonly budget: Budget;
  /** carries out an effect that is neither a verdict nor a switch */
  readonly act: (skb: Skb, effect: Effect, rule: Rule) => EffectEnd;
}

/** `leave`: the next rule runs; the others but `go-on` end the walk of the table. */
export type EffectEnd = 'go-on' | 'leave' | 'accept' | 'drop' | 'undecided';

export interface CarriedOut {
  readonly how: EffectEnd | 'return' | 'jump' | 'goto';
  /** the effect that says so; of a rule that was left, where */
  readonly last: CompiledEffect;
}

export function carryOutOne(skb: Skb, { effect }: CompiledEffect, { rule, context }: Carrier): CarriedOut['how'] {
  switch (effect.kind) {
    case 'continue':
    case 'switch':
      return 'go-on';
    case 'accept':
    case 'drop':
    case 'return':
    case 'jump':
    case 'goto':
      return effect.kind;
    case 'reject':
      return 'drop';
    default:
      return context.act(skb, effect, rule);
  }
}

interface Carrier {
  readonly rule: Rule;
  readonly context: WalkContext;
}

interface Carrying extends Carrier {
  readonly inNat: boolean;
  readonly taken: SwitchBranch[];
  /** absent: nothing was done yet */
  step: Told | undefined;
}

/** What became of the rule is known at its end, and told before what it does. */
interface Told {
  kind: 'rule' | 'left';
  readonly hook: HookName;
  readonly rule: Rule;
  effect: Effect;
  verdict: Verdict;
  readonly inNat: boolean;
  taken?: readonly SwitchBranch[];
}

/** Of a rule that has several effects, or may be left. */
export function carryOutAll(
  skb: Skb,
  rule: CompiledRule,
  { context, inNat }: { readonly context: WalkContext; readonly inNat: boolean },
): CarriedOut {
  const carrying: Carrying = { rule: rule.rule, context, inNat, taken: [], step: undefined };
  const end = carryOutFrom(skb, rule, carrying);
  const { effect } = end.last;
  if (end.how === 'leave' && carrying.step === undefined) {
    if (context.detailed && effect.kind === 'switch') context.record(missOfSwitch(skb, { rule: rule.rule, hook: context.hook, effect }));
    return end;
  }
  const step = tell(carrying, effect);
  step.kind = end.how === 'leave' ? 'left' : 'rule';
  step.effect = effect;
  step.verdict = end.how === 'go-on' ? 'CONTINUE' : verdictAfter(effect);
  if (carrying.taken.length > 0) step.taken = carrying.taken;
  return end;
}

function carryOutFrom(skb: Skb, first: CompiledEffect, carrying: Carrying): CarriedOut {
  let last = first;
  for (let at: CompiledEffect | undefined = first; at !== undefined; at = at.next) {
    last = at;
    if (at.branches === undefined) {
      if (at.effect.kind !== 'continue') tell(carrying, at.effect);
      const how = carryOutOne(skb, at, carrying);
      if (how !== 'go-on') return { how, last };
      continue;
    }
    const branch = branchFor(skb, at, carrying);
    if (branch === undefined) return { how: 'leave', last };
    carrying.taken.push(branch.branch);
    if (branch.first === undefined) continue;
    const inside = carryOutFrom(skb, branch.first, carrying);
    if (inside.how !== 'go-on') return inside;
    last = inside.last;
  }
  return { how: 'go-on', last };
}

/** The first branch that holds. */
function branchFor(skb: Skb, { effect, branches }: CompiledEffect, { rule, context }: Carrying): CompiledBranch | undefined {
  for (const one of branches?.(skb) ?? []) {
    context.budget.step();
    const truth = one.test(skb);
    if (truth === YES) return one;
    if (truth !== MAYBE) continue;
    const text = one.branch.text ?? (effect.kind === 'switch' ? effect.text : undefined) ?? rule.text;
    if (decideMatch(skb, { rule, clause: { text, expr: one.branch.match } }, context)) return one;
  }
  return undefined;
}

function tell(carrying: Carrying, effect: Effect): Told {
  const { rule, context, inNat } = carrying;
  if (carrying.step !== undefined) return carrying.step;
  const step: Told = { kind: 'rule', hook: context.hook, rule, effect, verdict: 'CONTINUE', inNat };
  context.record(step as WalkStep);
  carrying.step = step;
  return step;
}

/** What the kernel's trace says of a rule with this effect at its end. */
export function verdictAfter(effect: Effect): Verdict {
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
