/** The core language of actions: the one meaning of every target, read by both engines. */
import type { Address } from '../packet/address.ts';

export type Effect =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  /** `with` is the name iptables gives to the answer, such as `icmp-port-unreachable` or `tcp-reset` */
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'return' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** new mark = (old & keep) ^ xor, on unsigned 32 bits */
  | { readonly kind: 'setMark'; readonly on: 'packet' | 'connection'; readonly keep: number; readonly xor: number }
  | CopyMark
  | Nat
  /** what CT sets on a packet that has no connection yet */
  | { readonly kind: 'conntrack'; readonly track: false }
  | { readonly kind: 'conntrack'; readonly track: true; readonly zone?: Zone }
  | Divert
  /** the target may do anything: what follows is unknown */
  | { readonly kind: 'unmodelled'; readonly reason: string };

/** CONNMARK --save-mark (`from: 'packet'`) and --restore-mark (`from: 'connection'`).
 *  to = (to & ~toMask) ^ (from & fromMask). kernel net/netfilter/xt_connmark.c connmark_tg_shift() */
export interface CopyMark {
  readonly kind: 'copyMark';
  readonly from: 'packet' | 'connection';
  readonly fromMask: number;
  readonly toMask: number;
}

export interface Zone {
  readonly id: number;
  /** the zone holds only for this direction of the connection; absent: for both */
  readonly dir?: 'original' | 'reply';
}

/** First packet of a connection only; ends the nat table at this hook. */
export interface Nat {
  readonly kind: 'nat';
  readonly manip: 'src' | 'dst';
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
  | { readonly kind: 'out-interface' };

export interface PortRange {
  readonly lo: number;
  readonly hi: number;
}

/** TPROXY: hands the packet to a local transparent socket without rewriting it; drops it when there is none. */
export interface Divert {
  readonly kind: 'divert';
  /** 0: the packet's own destination port */
  readonly port: number;
  /** absent: the primary address of the input interface */
  readonly address?: Address;
  /** new mark = (old & keep) ^ xor */
  readonly keep: number;
  readonly xor: number;
}
