/** `import 'chainwalk/vitest'` adds matchers for iptables rules to vitest's `expect`. vitest is a peer dependency.
 *  Rules are what `parse` returns, a ruleset, several of them, or their text. */
import { expect } from 'vitest';
import type { Outcome } from '../../connection/journey.ts';
import type { RulesInput, SettingOptions } from '../library/input.ts';
import { type MatcherVerdict, verdictOf } from './answer.ts';
import {
  type EquivalenceOptions,
  equivalenceAnswer,
  type HoldOptions,
  holdAnswer,
  type PacketsInput,
  packetsAnswer,
  reachWish,
} from './matchers.ts';
import { BYPASS, CAPTURE } from './wish.ts';

export type { RulesInput, SettingOptions } from '../library/input.ts';
export type { EquivalenceOptions, HoldOptions, PacketsInput } from './matchers.ts';

/** A packet is walked; a set of packets is proved: with `.not`, that it is so for none of them. What is open passes neither way. */
export interface ChainwalkMatchers<R = unknown> {
  /** The first listener that takes the packet captures for the mesh, and no loop follows: outcome `captured-out`, `captured-in` or `dns`.
   *  `expect(rules).toCapture('out tcp -> 203.0.113.9:443 uid=1000')`, `expect(rules).toCapture('in tcp -> 10.244.0.5')`
   *  Sets are of packets that open connections and are not the proxy's, unless they speak of flags, users and so on. */
  toCapture(packets: PacketsInput, options?: SettingOptions): R;
  /** The packet goes where it would go without the mesh: outcome `direct`, `to-app`, `to-proxy` or `forwarded`. */
  toBypass(packets: PacketsInput, options?: SettingOptions): R;
  /** The packet ends with this outcome, or is delivered first at this port, by any listener and whatever follows. */
  toReach(packets: PacketsInput, end: Outcome | number, options?: SettingOptions): R;
  /** The claim, `no-redirect-loop` say, is proved; without one, every claim of level error that applies. */
  toHold(claim?: string, options?: HoldOptions): R;
  /** No packet is treated differently than with the other rules, which is proved. */
  toBeEquivalentTo(other: RulesInput, options?: EquivalenceOptions): R;
}

declare module 'vitest' {
  // vitest declares the parameter of its matchers with `any` as its default, and calls what they return `void`
  interface Matchers<T> extends ChainwalkMatchers<void> {}
}

/** vitest leaves `isNot` open without `.not`. */
interface State {
  readonly isNot?: boolean;
}

expect.extend({
  toCapture(this: State, rules: unknown, packets: PacketsInput, options: SettingOptions = {}): MatcherVerdict {
    const { isNot = false } = this;
    return verdictOf(packetsAnswer(rules, { packets, wish: CAPTURE, isNot, options }), isNot);
  },
  toBypass(this: State, rules: unknown, packets: PacketsInput, options: SettingOptions = {}): MatcherVerdict {
    const { isNot = false } = this;
    return verdictOf(packetsAnswer(rules, { packets, wish: BYPASS, isNot, options }), isNot);
  },
  toReach(this: State, rules: unknown, ...[packets, end, options = {}]: Parameters<ChainwalkMatchers['toReach']>): MatcherVerdict {
    const { isNot = false } = this;
    return verdictOf(packetsAnswer(rules, { packets, wish: reachWish(end), isNot, options }), isNot);
  },
  toHold(this: State, rules: unknown, claim?: string, options: HoldOptions = {}): MatcherVerdict {
    const { isNot = false } = this;
    return verdictOf(holdAnswer(rules, { claim, isNot, options }), isNot);
  },
  toBeEquivalentTo(this: State, rules: unknown, other: RulesInput, options: EquivalenceOptions = {}): MatcherVerdict {
    const { isNot = false } = this;
    return verdictOf(equivalenceAnswer(rules, { other, isNot, options }), isNot);
  },
});
