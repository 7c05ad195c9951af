/** The connection that a packet is said to belong to: of a packet with a state, in place of what an empty table would say. */
import { isAssured } from '../netfilter/firstState.ts';
import type { CtDirection, CtState, Endpoint, Packet } from '../packet/packet.ts';
import { PROTO } from '../packet/protocol.ts';
import { type Connection, inverse, type Tuple } from './connection.ts';
import { compile, type Test, YES } from './evaluate.ts';
import type { Skb } from './skb.ts';
import { judge, NO_TRACK } from './tcpTrack.ts';

export interface Stated {
  readonly state: CtState;
  readonly direction: CtDirection;
  readonly connmark: number | undefined;
  readonly originalSource: Endpoint | undefined;
  readonly originalDestination: Endpoint | undefined;
  /** made by the connection's first packet; absent: NAT has rewritten what the two original ends say, and nothing else */
  readonly connection: Connection | undefined;
}

/** Undefined: nothing is said. */
export function statedOf(packet: Packet, connection: Connection | undefined): Stated | undefined {
  const { ctstate, ctdir = 'original', connmark, ctorigsrc, ctorigdst } = packet;
  if (ctstate === undefined) return undefined;
  return { state: ctstate, direction: ctdir, connmark, originalSource: ctorigsrc, originalDestination: ctorigdst, connection };
}

export function statedConnection(skb: Skb, stated: Stated): Connection {
  const { state, direction, connmark, connection } = stated;
  const settled = state !== 'NEW';
  return {
    ...(connection ?? { ...endsOf(skb, stated), masqueradedAt: undefined, tcp: trackOf(skb) }),
    proto: skb.proto,
    zone: skb.zone,
    mark: connmark ?? connection?.mark ?? 0,
    confirmed: settled,
    srcDone: settled,
    dstDone: settled,
    seenReply: state === 'ESTABLISHED',
    assured: state === 'ESTABLISHED' && ASSURED[direction](skb) === YES,
  };
}

const ASSURED: Readonly<Record<CtDirection, Test>> = { original: compile(isAssured('original')), reply: compile(isAssured('reply')) };

function endsOf(skb: Skb, { direction, originalSource, originalDestination }: Stated): Pick<Connection, 'original' | 'translated'> {
  const { proto } = skb;
  const seen = direction === 'original' ? skb.tuple() : inverse({ proto, tuple: skb.tuple() });
  const original: Tuple = {
    ...seen,
    ...(originalSource && { src: originalSource.address, sport: originalSource.port ?? seen.sport }),
    ...(originalDestination && { dst: originalDestination.address, dport: originalDestination.port ?? seen.dport }),
  };
  return { original: direction === 'original' ? seen : original, translated: seen };
}

function trackOf({ proto, flags }: Skb): Connection['tcp'] {
  const judged = proto === PROTO.tcp ? judge(NO_TRACK, { flags: flags ?? 0, direction: 'original' }) : undefined;
  return judged?.kind === 'taken' ? judged.track : undefined;
}
