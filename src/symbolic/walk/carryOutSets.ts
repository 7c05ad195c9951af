/** A rule with several effects, for all packets that it takes: simulate/carryOut.ts for sets. */
import type { Effect, SwitchBranch } from '../../netfilter/effect.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { takeBranches } from './dispatch.ts';
import { merge, type PacketClass } from './state.ts';
import type { Acted, ChainResult, EndedClass, TableWalk } from './tableWalk.ts';

export interface CarriedSets extends Acted {
  /** comes back to who called the chain */
  readonly back: readonly PacketClass[];
}

export interface OneEffect {
  readonly rule: Rule;
  readonly effect: Effect;
}

interface Carrier<Call> extends Pick<TableWalk, 'space' | 'sureOnly' | 'open'> {
  /** nothing is found out by following who takes the branch; asked again before each */
  readonly isNeedless?: ((branch: SwitchBranch) => boolean) | undefined;
  /** an effect that is no switch */
  readonly carryOut: (hit: PacketClass, one: OneEffect) => Generator<Call, CarriedSets, ChainResult>;
}

/** Effects in order; a branch of a switch is a list of its own, after which the list goes on. */
export function* carryOutSets<Call>(
  carrier: Carrier<Call>,
  rule: Rule,
  hits: readonly PacketClass[],
  effects = rule.effects,
): Generator<Call, CarriedSets, ChainResult> {
  const { space, sureOnly, open, isNeedless, carryOut } = carrier;
  const accepted: PacketClass[] = [];
  const ended: EndedClass[] = [];
  const left: PacketClass[] = [];
  const back: PacketClass[] = [];
  let live = hits;
  for (const effect of effects) {
    const on: PacketClass[] = [];
    const add = (result: CarriedSets): void => {
      append(on, result.on);
      append(accepted, result.accepted);
      append(ended, result.ended);
      append(left, result.left);
      append(back, result.back);
    };
    for (const one of live) {
      if (effect.kind !== 'switch') {
        add(yield* carryOut(one, { rule, effect }));
        continue;
      }
      const branches = takeBranches(space, one, { rule, effect, sureOnly, isSilent: open !== undefined, isNeedless });
      let next = branches.next();
      for (; next.done !== true; next = branches.next()) {
        const { branch, hit } = next.value;
        add(yield* carryOutSets(carrier, rule, [hit], branch.effects));
      }
      append(left, next.value);
    }
    live = merge(space, on);
  }
  return { on: live, accepted, ended, left, back };
}

/** As `push(...more)`, which takes no more than functions have arguments. */
export function append<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}
