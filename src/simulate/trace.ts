/** What happened to one packet on one leg: typed steps, no words. */

import type { Effect, HeaderField, PortRange, SwitchBranch } from '../netfilter/effect.ts';
import { lastEffect } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import type { LostReason } from '../netfilter/lost.ts';
import type { Address } from '../packet/address.ts';
import type { CtState, Packet } from '../packet/packet.ts';
import type { Clause, Rule } from '../ruleset/ruleset.ts';
import type { Connection } from './connection.ts';

export type Verdict = 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN' | 'JUMP' | 'GOTO' | 'CONTINUE';

export type WalkStep =
  | { readonly kind: 'hook'; readonly hook: HookName; readonly iif?: string; readonly oif?: string }
  /** a rule that matched and was carried out */
  | ({ readonly kind: 'rule'; readonly verdict: Verdict } & DoneStep)
  /** a rule that did something, and was left before its end: no branch held, or no socket was found */
  | ({ readonly kind: 'left' } & DoneStep)
  /** a rule that did not match, and the first clause that said so; only in detailed traces */
  | { readonly kind: 'miss'; readonly hook: HookName; readonly rule: Rule; readonly clause: Clause; readonly saw: Saw }
  | {
      readonly kind: 'policy';
      readonly hook: HookName;
      readonly table: string;
      readonly chain: string;
      readonly verdict: 'ACCEPT' | 'DROP';
    }
  /** the end of a user chain was reached; only in detailed traces */
  | { readonly kind: 'end'; readonly hook: HookName; readonly table: string; readonly chain: string }
  | { readonly kind: 'conntrack'; readonly hook: HookName; readonly state: CtState; readonly zone: number }
  | {
      readonly kind: 'nat';
      readonly hook: HookName;
      readonly manip: 'src' | 'dst';
      readonly from: NatEndpoint;
      readonly to: NatEndpoint;
      /** the kernel picks any of these, and no rule tells them apart: that of `to` stands for all */
      readonly ports?: PortRange;
    }
  | { readonly kind: 'mark'; readonly hook: HookName; readonly on: 'packet' | 'connection'; readonly value: number }
  /** a header field was written */
  | { readonly kind: 'field'; readonly hook: HookName; readonly field: HeaderField; readonly value: number }
  | { readonly kind: 'route'; readonly again: boolean; readonly oif?: string; readonly local: boolean; readonly table: string }
  | { readonly kind: 'divert'; readonly hook: HookName; readonly port: number; readonly found: boolean }
  /** a fork: the rule (or conntrack, nat) could go several ways, this walk took one */
  | { readonly kind: 'choice'; readonly hook: HookName; readonly choice: Choice };

export interface DoneStep {
  readonly hook: HookName;
  readonly rule: Rule;
  /** the last that was carried out; where the rule was left; absent: the rule has one effect */
  readonly effect?: Effect;
  /** the branches that it took, in order; absent: none */
  readonly taken?: readonly SwitchBranch[];
  /** a nat chain asked it */
  readonly inNat?: boolean;
}

export function effectOf({ effect, rule }: DoneStep): Effect {
  return effect ?? lastEffect(rule);
}

/** The values of the clause's fields as the rule saw them; `undefined` is absent. */
export type Saw = Readonly<Record<string, number | bigint | string | undefined>>;

export interface NatEndpoint {
  readonly address: Address;
  readonly port?: number;
}

export interface Choice {
  /** chance: the kernel decides anew each time; unmodelled: we do not know; budget: the walk was cut short;
   *  unsaid: it depends on what is not given of the host, or of the packet's connection */
  readonly why: 'chance' | 'unmodelled' | 'budget' | 'unsaid';
  readonly what: string;
  readonly rule?: Rule;
  readonly taken: string;
  /** that the rule matches, whichever way was taken */
  readonly probability?: number;
  /** what would have to be given for it to be known */
  readonly lacks?: string;
  /** which of several tables run first */
  readonly ofOrder?: true;
}

export type Fate =
  | { readonly kind: 'delivered'; readonly listener?: number; readonly process?: string; readonly transparent: boolean }
  | { readonly kind: 'sent'; readonly oif: string }
  /** `bridged`: to another port of the bridge `oif`, before any rule */
  | { readonly kind: 'forwarded'; readonly oif: string; readonly bridged?: true }
  /** `unanswered`: by a REJECT whose answer does not come to the sender */
  | { readonly kind: 'dropped'; readonly by?: Rule; readonly unanswered?: Unanswered }
  | { readonly kind: 'rejected'; readonly by: Rule; readonly with: string }
  /** discarded by the kernel outside the rules */
  | { readonly kind: 'lost'; readonly reason: LostReason }
  | { readonly kind: 'undecided'; readonly reasons: readonly Choice[] };

/** Where the answer of REJECT ends. */
export interface Unanswered {
  readonly hook?: HookName;
  /** the rule that stops it; with a hook and without this, a policy does */
  readonly by?: Rule;
  readonly table?: string;
  /** the kernel discards it outside the rules, or cannot send it */
  readonly reason?: LostReason;
}

/** The packet as it is delivered, leaves, or was when it ended. */
export interface After {
  readonly src: Address;
  readonly sport?: number;
  readonly dst: Address;
  readonly dport?: number;
  readonly iif?: string;
  readonly oif?: string;
  readonly mark: number;
  readonly connmark: number;
  readonly ctstate?: CtState;
  readonly ctzone: number;
}

/** One packet, one way through the kernel. */
export interface Walk {
  readonly packet: Packet;
  readonly steps: readonly WalkStep[];
  readonly fate: Fate;
  readonly after: After;
  /** every choice on the way, in order */
  readonly choices: readonly Choice[];
  /** the table of connections after the packet */
  readonly connections: readonly Connection[];
  /** of the answer that REJECT made */
  readonly answer?: Walk;
}

export type { LostReason };

/** From which the kernel picks the port that the packet has in the end. */
export function pickedSourcePorts({ steps }: Walk): PortRange | undefined {
  const last = steps.findLast((step) => step.kind === 'nat' && step.manip === 'src');
  return last?.kind === 'nat' ? last.ports : undefined;
}

/** Of a walk that was cut short: which limit was reached. */
export function whySpent({ fate }: Walk): string | undefined {
  return fate.kind === 'undecided' ? fate.reasons.find(({ why }) => why === 'budget')?.what : undefined;
}
