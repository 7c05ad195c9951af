/** The connection that a packet with a state is assumed to belong to, in words and as JSON. */
import { formatAddress } from '../../packet/address.ts';
import { flowText } from '../../packet/notation.ts';
import { hasPorts } from '../../packet/protocol.ts';
import type { Tuple } from '../../simulate/connection.ts';
import { rewritten } from '../../simulate/connection.ts';
import type { Membership } from '../../simulate/whoseConnection.ts';

export interface TraceConnection {
  /** which way of the connection the packet goes */
  readonly direction: 'original' | 'reply';
  /** ends of its first packet before NAT, and after it */
  readonly original: TraceTuple;
  readonly translated: TraceTuple;
  /** ends of `original` that NAT may have rewritten, so that they are not known */
  readonly unknown?: readonly ('src' | 'dst')[];
}

export interface TraceTuple {
  readonly src: string;
  readonly sport?: number;
  readonly dst: string;
  readonly dport?: number;
}

export function toConnection({ connection, direction }: Membership): TraceConnection {
  const unknown = unknownEnds(connection);
  const ports = hasPorts(connection.proto);
  const tuple = ({ src, sport, dst, dport }: Tuple): TraceTuple => ({
    src: formatAddress(src),
    ...(ports && sport !== undefined && { sport }),
    dst: formatAddress(dst),
    ...(ports && dport !== undefined && { dport }),
  });
  return {
    direction,
    original: tuple(connection.original),
    translated: tuple(connection.translated),
    ...(unknown.length > 0 && { unknown }),
  };
}

function unknownEnds({ unknown }: Membership['connection']): readonly ('src' | 'dst')[] {
  return (['src', 'dst'] as const).filter((end) => unknown?.[end] === true);
}

/** `assumed to be an answer of the connection tcp 10.0.0.9:40000 -> 10.244.0.5:8080` */
export function connectionText({ connection, direction, from }: Membership): string {
  const { proto, original, translated, unknown } = connection;
  // an ICMP error, or the first packet of a connection that another one has announced
  if (from === 'ends' && unknown?.src === true && unknown.dst && direction === 'original') {
    return 'assumed to be about a connection that the packet does not show: ctorigsrc=ADDRESS:PORT ctorigdst=ADDRESS:PORT says which';
  }
  const nat = rewritten(connection);
  const what = direction === 'reply' ? 'an answer' : 'a later packet';
  const through = nat.src || nat.dst ? `, which NAT makes ${tupleText(proto, translated)}` : '';
  return `assumed to be ${what} of the connection ${tupleText(proto, original)}${through}${hint(unknownEnds(connection))}`;
}

/** ICMP keeps type and code where others have ports. */
function tupleText(proto: number, { src, sport, dst, dport }: Tuple): string {
  const ports = hasPorts(proto) && sport !== undefined && dport !== undefined ? { sport, dport } : {};
  return flowText({ proto, src, dst, ...ports });
}

function hint(unknown: readonly ('src' | 'dst')[]): string {
  if (unknown.length === 0) return '';
  const keys = unknown.map((end) => `ctorig${end}=ADDRESS:PORT`).join(' ');
  return `; NAT may have rewritten its ${unknown.map((end) => (end === 'src' ? 'source' : 'destination')).join(' and ')}: ${keys} says what it was`;
}
