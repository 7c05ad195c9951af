/** The walk of one packet through one table at one hook.
 *  kernel net/ipv4/netfilter/ip_tables.c ipt_do_table(), net/netfilter/nf_tables_core.c nft_do_chain() */
import type { Effect } from '../netfilter/effect.ts';
import { isIdleRule } from '../netfilter/everyEffect.ts';
import { isOfNft } from '../ruleset/ofNft.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { type CarriedOut, carryOutAll, carryOutOne, verdictAfter, type WalkContext } from './carryOut.ts';
import type { CompiledChain, CompiledEffect, CompiledRule } from './compiled.ts';
import { compile, MAYBE, NO } from './evaluate.ts';
import { decideMatch } from './maybe.ts';
import { missOf } from './miss.ts';
import type { Skb } from './skb.ts';

/** How a table ended. `rule` is the one that decided; absent: the policy did. */
export interface TableEnd {
  readonly kind: 'accept' | 'drop' | 'undecided';
  readonly rule?: Rule;
  readonly effect?: Effect;
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
    const { rule } = next;
    const truth = next.test(skb);
    if (truth === NO || (truth === MAYBE && !takesIt(skb, rule, context))) {
      if (detailed && truth === NO) record(missOf(skb, rule, hook));
      continue;
    }
    let last: CompiledEffect = next;
    let how: CarriedOut['how'];
    if (next.isPlain) {
      record({ kind: 'rule', hook, rule, verdict: verdictAfter(next.effect), inNat });
      how = carryOutOne(skb, next, { rule, context });
    } else ({ how, last } = carryOutAll(skb, next, { context, inNat }));
    switch (how) {
      case 'go-on':
      case 'leave':
        break;
      case 'return':
        returning = true;
        break;
      case 'jump':
        // the rules after this one, not what is left of its effects
        callers.push({ chain, rules, at });
        chain = last.chain as CompiledChain;
        rules = rulesOf(chain);
        at = 0;
        break;
      case 'goto':
        chain = last.chain as CompiledChain;
        rules = rulesOf(chain);
        at = 0;
        break;
      default:
        return { kind: how, rule, effect: last.effect };
    }
  }
}

function policyOf(base: CompiledChain, { hook, record }: WalkContext): TableEnd {
  const verdict = base.chain.base?.policy ?? 'ACCEPT';
  record({ kind: 'policy', hook, table: base.chain.table, chain: base.chain.name, verdict });
  return { kind: verdict === 'DROP' ? 'drop' : 'accept' };
}

/** The rule may match or not: both ways are walked, unless it makes no difference. */
function takesIt(skb: Skb, rule: Rule, context: WalkContext): boolean {
  if (isIdleRule(rule, skb.fragOffset === 0)) return false;
  const readsData = isOfNft({ name: rule.table });
  return decideMatch(skb, { rule, clause: rule.clauses.find(({ expr }) => compile(expr, readsData)(skb) === MAYBE) }, context);
}
