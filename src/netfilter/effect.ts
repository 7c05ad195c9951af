/** The core language of actions: the one meaning of every target, read by both engines. */
import type { Address } from '../packet/address.ts';
import type { Field } from '../packet/fields.ts';
import type { HookName } from './hooks.ts';
import type { MatchExpr } from './matchExpr.ts';

/** A rule carries out its effects in order, until one of them ends the list: a verdict, NAT, a call of a chain, a divert that is final. */
export type Effect =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  /** `with` is the name iptables gives to the answer, such as `icmp-port-unreachable` or `tcp-reset` */
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'return' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | SetMark
  | CopyMark
  | SetField
  | Nat
  | Conntrack
  | Divert
  | Switch
  /** the target may do anything: what follows is unknown */
  | { readonly kind: 'unmodelled'; readonly reason: string };

/** new mark = (old & keep) ^ xor, on unsigned 32 bits. A packet without a connection has no mark of one. */
export interface SetMark {
  readonly kind: 'setMark';
  readonly on: 'packet' | 'connection';
  readonly keep: number;
  readonly xor: number;
  /** the template that stands for a connection before the lookup is left alone. kernel net/netfilter/nft_ct.c nft_ct_set_eval() */
  readonly sparesTemplate?: true;
}

/** CONNMARK --save-mark (`from: 'packet'`) and --restore-mark (`from: 'connection'`).
 *  to = (to & ~toMask) ^ (from & fromMask). kernel net/netfilter/xt_connmark.c connmark_tg_shift() */
export interface CopyMark extends Pick<SetMark, 'sparesTemplate'> {
  readonly kind: 'copyMark';
  readonly from: 'packet' | 'connection';
  readonly fromMask: number;
  readonly toMask: number;
}

/** TOS, DSCP, ECN, TTL, HL: writes into a header. A packet without the field is left alone. */
export interface SetField {
  readonly kind: 'setField';
  readonly field: HeaderField;
  readonly change: FieldChange;
}

/** `add` stops at 0 and at the greatest value of the field. */
export type FieldChange =
  /** new = (old & keep) ^ xor */
  { readonly keep: number; readonly xor: number } | { readonly add: number };

const HEADER_FIELDS = ['tos', 'ttl', 'flags'] as const satisfies readonly Field[];
/** Fields of 8 bits that a target can write. */
export type HeaderField = (typeof HEADER_FIELDS)[number];

/** What CT sets on a packet that has no connection yet. */
export type Conntrack = (
  | { readonly kind: 'conntrack'; readonly track: false }
  | { readonly kind: 'conntrack'; readonly track: true; readonly zone?: Zone }
) & {
  /** also where an earlier rule has said that the packet is not tracked. kernel net/netfilter/nft_ct.c nft_ct_set_zone_eval(), nft_notrack_eval() */
  readonly afterNotrack?: true;
};

export interface Zone {
  readonly id: number;
  /** the zone holds only for this direction of the connection; absent: for both */
  readonly dir?: 'original' | 'reply';
}

/** First packet of a connection only; ends the nat table at this hook. */
export interface Nat {
  readonly kind: 'nat';
  /** `by-hook`: destinations on the way to routing, sources after it */
  readonly manip: 'src' | 'dst' | 'by-hook';
  readonly to: NatTarget;
  /** absent: ports are kept */
  readonly ports?: PortRange;
  /** the kernel picks among `ports` at random (--random, --random-fully) */
  readonly random: boolean;
}

export type NatTarget =
  | { readonly kind: 'keep' }
  | { readonly kind: 'addresses'; readonly lo: Address; readonly hi: Address }
  /** REDIRECT: loopback in OUTPUT, an address of the input interface in PREROUTING */
  | { readonly kind: 'this-host' }
  /** MASQUERADE: an address of the output interface */
  | { readonly kind: 'out-interface' }
  /** NETMAP: the bits of `mask` are those of `address`, the others stay */
  | { readonly kind: 'prefix'; readonly address: Address; readonly mask: Address };

/** Which end of the connection a NAT target rewrites. kernel include/net/netfilter/nf_nat.h HOOK2MANIP() */
export function manipAt({ manip }: Nat, hook: HookName): 'src' | 'dst' {
  if (manip !== 'by-hook') return manip;
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'dst' : 'src';
}

export interface PortRange {
  readonly lo: number;
  readonly hi: number;
}

/** TPROXY: hands the packet to a local transparent socket without rewriting it. */
export interface Divert {
  readonly kind: 'divert';
  /** 0: the packet's own destination port */
  readonly port: number;
  /** absent: the primary address of the input interface */
  readonly address?: Address;
  /** new mark = (old & keep) ^ xor */
  readonly keep: number;
  readonly xor: number;
  /** a packet that found its socket is accepted at once; else the rule goes on, and what follows decides whether it comes there */
  readonly final: boolean;
  /** without such a socket the packet is dropped, or the rule is left */
  readonly onMiss: 'drop' | 'break';
}

/** The first branch whose match holds is carried out, then the list goes on. When none holds, the rule is left: the next one runs, and what
 *  was done before stays done. With one branch: a rule that matches again after a write. */
export interface Switch {
  readonly kind: 'switch';
  /** as the rule has it; absent: the whole rule */
  readonly text?: string;
  readonly branches: readonly SwitchBranch[];
}

export interface SwitchBranch {
  /** what is looked up, as the rule or its map has it */
  readonly text?: string;
  readonly match: MatchExpr;
  readonly effects: readonly Effect[];
}
