/** The conntrack lookup: which connection a packet belongs to, and what it makes of it.
 *  kernel net/netfilter/nf_conntrack_core.c nf_conntrack_in(), nf_conntrack_proto_icmp.c nf_conntrack_inet_error() */
import { isLiberalTcp, takesLooseTcp } from '../host/conntrackSettings.ts';
import type { Host } from '../host/host.ts';
import { firstStates } from '../netfilter/firstState.ts';
import type { CtState } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { type Connection, type FoundConnection, findConnection, inverse, tupleOf } from './connection.ts';
import type { Test } from './evaluate.ts';
import { compile, YES } from './evaluate.ts';
import type { Skb } from './skb.ts';
import { type Stated, statedConnection } from './stated.ts';
import { isReset, judge, NO_TRACK } from './tcpTrack.ts';

const TESTS = new Map<string, readonly { readonly state: CtState; readonly test: Test }[]>();

function stateOfFirst(skb: Skb, host: Host): CtState {
  const loose = takesLooseTcp(host);
  const key = `${skb.family} ${loose}`;
  let tests = TESTS.get(key);
  if (tests === undefined) {
    tests = firstStates(skb.family, { loose }).map(({ state, when }) => ({ state, test: compile(when) }));
    TESTS.set(key, tests);
  }
  return tests.find(({ test }) => test(skb) === YES)?.state ?? 'INVALID';
}

export interface Tracking {
  /** state that the packet notation gives */
  readonly stated: Stated | undefined;
  /** changed: connections come to an end here */
  readonly table: Connection[];
}

/** At PREROUTING and OUTPUT. */
export function track(skb: Skb, { stated, table }: Tracking): void {
  if (skb.tracked && (skb.connection !== undefined || skb.state === 'UNTRACKED')) return;
  if (stated === undefined && table.length > 0 && known(skb, table)) return;
  const isMarked = skb.tracked && skb.state === 'INVALID';
  skb.state = stated?.state ?? stateOfFirst(skb, skb.host);
  // an error about what is not tracked stays marked as one
  skb.tracked = skb.state !== 'INVALID' || (isMarked && skb.quotes !== undefined);
  if (skb.state === 'INVALID' || skb.state === 'UNTRACKED') return;
  if (stated === undefined) skb.connection = newConnection(skb);
  else Object.assign(skb, { connection: statedConnection(skb, stated), direction: stated.direction });
}

/** Of a connection in the table, or about one; false: it is a first packet. */
function known(skb: Skb, table: Connection[]): boolean {
  const about = skb.quotes === undefined ? undefined : quoted(skb, table);
  if (about !== undefined) {
    join(skb, about, 'RELATED');
    return true;
  }
  const { proto, zone } = skb;
  const found = findConnection(table, { proto, tuple: skb.tuple(), zone });
  if (found === undefined) return false;
  if (proto !== PROTO.tcp) seen(skb, found);
  else if (!segment(skb, found, table)) return known(skb, table);
  return true;
}

/** The connection that the quoted packet belongs to, the other way round. */
function quoted({ quotes, zone, dst }: Skb, table: readonly Connection[]): FoundConnection | undefined {
  if (quotes === undefined) return undefined;
  const { proto, ...tuple } = quotes;
  const found = findConnection(table, { proto, tuple: inverse({ proto, tuple }), zone });
  // an ICMP error counts only when it goes to the sender of the quoted packet
  return found !== undefined && tupleOf(found.connection, found.direction).dst === dst ? found : undefined;
}

function join(skb: Skb, { connection, direction }: FoundConnection, state: CtState): void {
  Object.assign(skb, { connection, direction, state, tracked: true });
}

function seen(skb: Skb, found: FoundConnection): void {
  const { connection, direction } = found;
  // UDP is assured after two seconds of both ways, which are long for packets
  if ((connection.proto === PROTO.gre || connection.proto === PROTO.udplite) && connection.seenReply) connection.assured = true;
  if (direction === 'reply') connection.seenReply = true;
  join(skb, found, connection.seenReply ? 'ESTABLISHED' : 'NEW');
}

/** False: the connection is over, and the segment is looked up again. */
function segment(skb: Skb, found: FoundConnection, table: Connection[]): boolean {
  const { connection, direction } = found;
  const flags = skb.flags ?? 0;
  const liberal = isLiberalTcp(skb.host);
  const judged = judge(connection.tcp ?? NO_TRACK, { flags, direction, stream: skb.stream, liberal });
  if (judged.kind === 'invalid') {
    skb.state = 'INVALID';
    return true;
  }
  if (judged.kind === 'reopen') {
    table.splice(table.indexOf(connection), 1);
    return false;
  }
  connection.tcp = judged.track;
  if (judged.kind === 'taken') {
    const open = judged.from === 'SYN_RECV' || judged.from === 'ESTABLISHED';
    if (!connection.seenReply && isReset(flags)) table.splice(table.indexOf(connection), 1);
    else if (connection.seenReply && open && judged.track.state === 'ESTABLISHED') connection.assured = true;
  }
  seen(skb, found);
  return true;
}

function newConnection(skb: Skb): Connection {
  const judged =
    skb.proto === PROTO.tcp ? judge(NO_TRACK, { flags: skb.flags ?? 0, direction: 'original', stream: skb.stream }) : undefined;
  return {
    original: skb.tuple(),
    translated: skb.tuple(),
    proto: skb.proto,
    zone: skb.zone,
    mark: 0,
    confirmed: false,
    srcDone: false,
    dstDone: false,
    seenReply: false,
    assured: false,
    masqueradedAt: undefined,
    tcp: judged?.kind === 'taken' ? judged.track : undefined,
  };
}
