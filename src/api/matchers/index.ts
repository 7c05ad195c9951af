/** Matchers for iptables rules, for any `expect.extend`: of Jest, Bun, Vitest. `chainwalk/vitest` and `chainwalk/jest` have done it.
 *  Rules are what `parse` returns, a ruleset, several of them, or their text. */
import type { Outcome } from '../../connection/journey.ts';
import type { ClaimId } from '../../prove/proof/claimId.ts';
import type { PacketInput, SettingOptions } from '../library/input.ts';
import type { RulesInput } from '../library/rules.ts';
import { type MatcherVerdict, verdictOf } from './answer.ts';
import {
  type EquivalenceOptions,
  equivalenceAnswer,
  type HoldOptions,
  holdAnswer,
  type PacketsInput,
  packetsAnswer,
  reachWish,
} from './answers.ts';
import { BYPASS, CAPTURE, COMPLETE } from './wish.ts';

export type { Outcome } from '../../connection/journey.ts';
export type { ClaimId } from '../../prove/proof/claimId.ts';
export type { PacketInput, PacketNotation, SettingOptions } from '../library/input.ts';
export type { RulesInput } from '../library/rules.ts';
export type { MatcherVerdict } from './answer.ts';
export type { EquivalenceOptions, HoldOptions, PacketsInput } from './answers.ts';

/** A packet is walked; a set of packets is proved: with `.not`, that it is so for none of them. What is open passes neither way. */
export interface ChainwalkMatchers<R = unknown> {
  /** The first listener that takes the packet captures for the mesh, and no loop follows: outcome `captured-out`, `captured-in` or `dns`.
   *  `expect(rules).toCapture('out tcp -> 203.0.113.9:443 uid=1000')`, `expect(rules).toCapture('in tcp -> 10.244.0.5')`
   *  Sets are of packets that open connections and are not the proxy's, unless they speak of flags, users and so on. */
  toCapture(packets: PacketsInput, options?: SettingOptions): R;
  /** The packet goes where it would go without the mesh: outcome `direct`, `to-app`, `to-proxy` or `forwarded`. */
  toBypass(packets: PacketsInput, options?: SettingOptions): R;
  /** The packet ends with this outcome, or is delivered first at this port, by any listener and whatever follows. */
  toReach(packets: PacketsInput, end: Exclude<Outcome, 'undecided'> | number, options?: SettingOptions): R;
  /** The connection that the packet opens completes, on both sides of each proxy: its handshake, or of UDP and ping the answer, arrives.
   *  Of one packet: `expect(rules).toComplete('in tcp -> 10.244.0.5:8080')`. Data is not asked about. */
  toComplete(packet: PacketInput, options?: SettingOptions): R;
  /** The claim, `no-redirect-loop` say, is proved; without one, every claim of level error that applies. */
  toHold(claim?: ClaimId, options?: HoldOptions): R;
  /** No packet is treated differently than with the other rules, which is proved. */
  toBeEquivalentTo(other: RulesInput, options?: EquivalenceOptions): R;
}

/** What runners hand over; some leave `isNot` open without `.not`. */
export interface MatcherState {
  readonly isNot?: boolean;
}

type MatcherObject = {
  readonly [Name in keyof ChainwalkMatchers]: (
    this: MatcherState,
    rules: unknown,
    ...args: Parameters<ChainwalkMatchers[Name]>
  ) => MatcherVerdict;
};

/** `expect.extend({ ...matchers })` */
export const matchers: MatcherObject = {
  toCapture(rules, packets, options = {}) {
    const isNot = isNegated(this);
    return verdictOf(packetsAnswer(rules, { packets, wish: CAPTURE, isNot, options }), isNot);
  },
  toBypass(rules, packets, options = {}) {
    const isNot = isNegated(this);
    return verdictOf(packetsAnswer(rules, { packets, wish: BYPASS, isNot, options }), isNot);
  },
  toReach(rules, packets, end, options = {}) {
    const isNot = isNegated(this);
    return verdictOf(packetsAnswer(rules, { packets, wish: () => reachWish(end), isNot, options }), isNot);
  },
  toComplete(rules, packet, options = {}) {
    const isNot = isNegated(this);
    return verdictOf(packetsAnswer(rules, { packets: packet, wish: COMPLETE, isNot, options }), isNot);
  },
  toHold(rules, claim, options = {}) {
    const isNot = isNegated(this);
    return verdictOf(holdAnswer(rules, { claim, isNot, options }), isNot);
  },
  toBeEquivalentTo(rules, other, options = {}) {
    const isNot = isNegated(this);
    return verdictOf(equivalenceAnswer(rules, { other, isNot, options }), isNot);
  },
};

function isNegated(state: MatcherState | undefined): boolean {
  return state?.isNot === true;
}
