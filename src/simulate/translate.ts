/** NAT of packets whose connection is decided, in both directions, and of ICMP errors about them.
 *  kernel net/netfilter/nf_nat_core.c nf_nat_packet(), nf_nat_proto.c nf_nat_icmp_reply_translation() */
import type { HookName } from '../netfilter/hooks.ts';
import { hasPorts, PROTO } from '../packet/protocol.ts';
import type { Choose } from './choices.ts';
import type { Connection } from './connection.ts';
import { clashes, rewritten, translatedTuple, tupleOf } from './connection.ts';
import type { Skb } from './skb.ts';
import type { NatEndpoint } from './trace.ts';

/** Which end of a packet the hook rewrites. */
export function endAt(hook: HookName): 'src' | 'dst' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'dst' : 'src';
}

export interface Translation {
  readonly manip: 'src' | 'dst';
  readonly from: NatEndpoint;
  readonly to: NatEndpoint;
}

/** Undefined: nothing to rewrite here. */
export function translatePacket(skb: Skb, hook: HookName): Translation | undefined | 'drop' {
  const { connection, direction } = skb;
  if (connection === undefined) return undefined;
  const nat = rewritten(connection);
  if (isRedirect(skb) && (nat.src || nat.dst)) return 'drop';
  const manip = endAt(hook);
  const other = manip === 'src' ? 'dst' : 'src';
  if (!nat[direction === 'original' ? manip : other]) return undefined;
  const from = natEnd(skb, manip);
  const target = translatedTuple(connection, direction);
  const ports = (skb.state !== 'RELATED' || skb.answers) && hasPorts(skb.proto);
  if (manip === 'dst') {
    skb.dst = target.dst;
    if (ports) skb.dport = target.dport;
  } else {
    skb.src = target.src;
    if (ports) skb.sport = target.sport;
  }
  const to = natEnd(skb, manip);
  return from.address === to.address && from.port === to.port ? undefined : { manip, from, to };
}

/** The way out has changed since MASQUERADE took an address: the kernel forgets the connection. kernel nf_nat_core.c nf_nat_oif_changed() */
export function isMasqueradedElsewhere({ connection, direction, state, oif }: Skb, hook: HookName): boolean {
  const at = connection?.masqueradedAt;
  return hook === 'POSTROUTING' && direction === 'original' && state !== 'RELATED' && at !== undefined && at !== oif;
}

export function natEnd({ src, dst, sport, dport }: Skb, manip: 'src' | 'dst'): NatEndpoint {
  const port = manip === 'dst' ? dport : sport;
  return { address: manip === 'dst' ? dst : src, ...(port === undefined ? {} : { port }) };
}

/** A redirect would have both sides talk to each other without us. */
function isRedirect({ family, proto, icmpType, state }: Skb): boolean {
  return state === 'RELATED' && family === 4 && proto === PROTO.icmp && icmpType === REDIRECT;
}

const REDIRECT = 5;

/** A new connection whose answers another one would get is distinguished by its source port.
 *  kernel net/netfilter/nf_nat_core.c get_unique_tuple() */
export function avoidClash(skb: Skb, table: readonly Connection[], choose: Choose): void {
  const { connection } = skb;
  if (connection === undefined || !clashes(table, connection) || isReverse(table, connection)) return;
  choose({ why: 'chance', what: 'the kernel picks a port, because another connection has this one', ways: 1 });
  if (!hasPorts(skb.proto)) return;
  for (let sport = FIRST_FREE; sport <= LAST && clashes(table, connection); sport++) {
    skb.sport = sport;
    connection.translated = { ...connection.translated, sport };
  }
}

/** Two packets that cross each other: but for TCP, the one whose connection enters the table first keeps it.
 *  kernel net/netfilter/nf_nat_core.c nf_nat_used_tuple_new() */
function isReverse(table: readonly Connection[], connection: Connection): boolean {
  const plain = (one: Connection): boolean => !rewritten(one).src && !rewritten(one).dst;
  const { src, dst, sport, dport } = tupleOf(connection, 'reply');
  return (
    connection.proto !== PROTO.tcp &&
    plain(connection) &&
    table.some((one) => {
      const { proto, original } = one;
      const same = original.src === src && original.dst === dst && original.sport === sport && original.dport === dport;
      return proto === connection.proto && same && plain(one);
    })
  );
}

const FIRST_FREE = 1024;
const LAST = 65535;
