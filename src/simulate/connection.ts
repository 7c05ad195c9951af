/** The table of connections: what earlier packets left behind, looked up by tuple and zone in both directions.
 *  kernel include/net/netfilter/nf_conntrack_tuple.h, net/netfilter/nf_conntrack_core.c nf_conntrack_find_get() */
import { icmpAnswer } from '../netfilter/firstState.ts';
import type { Address } from '../packet/address.ts';
import type { CtDirection } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import type { TcpTrack } from './tcpTrack.ts';

/** Ends of one direction. ICMP has type * 256 + code for a destination port, and an id that is not part of our packets for a
 *  source port; other protocols without ports have 0. */
export interface Tuple {
  readonly src: Address;
  readonly dst: Address;
  readonly sport: number | undefined;
  readonly dport: number | undefined;
}

/** The zone of each direction. */
export interface ZonePair {
  readonly original: number;
  readonly reply: number;
}

export const NO_ZONE: ZonePair = { original: 0, reply: 0 };

/** What `ct zone` reads, whichever direction the zone holds for. kernel net/netfilter/nft_ct.c NFT_CT_ZONE */
export function zoneId({ original, reply }: ZonePair): number {
  return original === 0 ? reply : original;
}

/** A conntrack entry. */
export interface Connection {
  readonly proto: number;
  readonly zone: ZonePair;
  readonly original: Tuple;
  /** of the original direction, after NAT */
  translated: Tuple;
  mark: number;
  /** in the table: its first packet survived all hooks */
  confirmed: boolean;
  /** source and destination manipulation are decided */
  srcDone: boolean;
  dstDone: boolean;
  seenReply: boolean;
  assured: boolean;
  /** the interface whose address MASQUERADE took */
  masqueradedAt: string | undefined;
  /** absent unless TCP */
  tcp: TcpTrack | undefined;
  /** ends of the original direction that are not known: NAT may have rewritten them */
  readonly unknown?: { readonly src: boolean; readonly dst: boolean };
}

export function inverse({ proto, tuple: { src, dst, sport, dport } }: { readonly proto: number; readonly tuple: Tuple }): Tuple {
  if (proto !== PROTO.icmp && proto !== PROTO.icmpv6) return { src: dst, dst: src, sport: dport, dport: sport };
  return { src: dst, dst: src, sport, dport: dport === undefined ? undefined : icmpAnswer(dport >> 8) * 256 + (dport & 0xff) };
}

/** The tuple that a packet of this direction has before it is translated. */
export function tupleOf(connection: Connection, direction: CtDirection): Tuple {
  return direction === 'original' ? connection.original : inverse({ proto: connection.proto, tuple: connection.translated });
}

/** What translation makes of such a packet. */
export function translatedTuple(connection: Connection, direction: CtDirection): Tuple {
  return direction === 'original' ? connection.translated : inverse({ proto: connection.proto, tuple: connection.original });
}

export interface Lookup {
  readonly proto: number;
  readonly tuple: Tuple;
  readonly zone: ZonePair;
}

export interface FoundConnection {
  readonly connection: Connection;
  readonly direction: CtDirection;
}

/** A packet to its own source belongs to both: the kernel finds the answer first, which it has entered last. */
const DIRECTIONS: readonly CtDirection[] = ['reply', 'original'];
/** A template may have a zone of its own for one direction: then the other one is looked for by itself.
 *  kernel net/netfilter/nf_conntrack_core.c resolve_normal_ct() */
const ONE_BY_ONE: readonly (readonly CtDirection[])[] = [['original'], ['reply']];

/** Where zones let several have these ends, the last that was entered. kernel __nf_conntrack_hash_insert(), at the head */
export function findConnection(table: readonly Connection[], { proto, tuple, zone }: Lookup): FoundConnection | undefined {
  for (const directions of zone.original === zone.reply ? [DIRECTIONS] : ONE_BY_ONE) {
    for (let at = table.length - 1; at >= 0; at--) {
      const connection = table[at] as Connection;
      if (connection.proto !== proto) continue;
      for (const direction of directions) {
        if (connection.zone[direction] === zone[direction] && isSame(tupleOf(connection, direction), tuple))
          return { connection, direction };
      }
    }
  }
  return undefined;
}

/** Another connection already has the reply tuple that this one is about to get. kernel nf_nat_core.c nf_nat_used_tuple() */
export function clashes(table: readonly Connection[], connection: Connection): boolean {
  const tuple = tupleOf(connection, 'reply');
  const { proto, zone } = connection;
  return table.some(
    (other) =>
      other !== connection &&
      other.proto === proto &&
      // answers are looked for in their own zone
      DIRECTIONS.some((direction) => {
        const its = other.zone[direction];
        return its === zone.reply && its === zone[direction] && isSame(tupleOf(other, direction), tuple);
      }),
  );
}

function isSame(a: Tuple, b: Tuple): boolean {
  return a.src === b.src && a.dst === b.dst && a.sport === b.sport && a.dport === b.dport;
}

/** Which ends NAT has rewritten. */
export function rewritten({ original, translated }: Connection): { readonly src: boolean; readonly dst: boolean } {
  return {
    src: original.src !== translated.src || original.sport !== translated.sport,
    dst: original.dst !== translated.dst || original.dport !== translated.dport,
  };
}
