/** Which socket takes a packet: the most specific listener.
 *  kernel net/ipv4/inet_hashtables.c compute_score(): an exact address beats the wildcard */
import type { IntervalSet } from '../lib/intervals.ts';
import type { Address, Family } from '../packet/address.ts';
import { familyOf } from '../packet/address.ts';
import { SOCKET_BITS } from '../packet/fields.ts';
import type { Host, Listener } from './host.ts';

export interface SocketQuery {
  readonly proto: number;
  readonly dst: Address;
  readonly dport: number | undefined;
}

export function findSocket(host: Host, query: SocketQuery): Listener | undefined {
  if (query.dport === undefined) return undefined;
  let best: Listener | undefined;
  for (const listener of host.listeners) {
    if (listener.proto !== query.proto) continue;
    if (listener.port !== undefined && listener.port !== query.dport) continue;
    if (listener.address !== undefined && listener.address !== query.dst) continue;
    if (!takesFamily(listener, familyOf(query.dst))) continue;
    if (best === undefined || score(listener) > score(best)) best = listener;
  }
  return best;
}

export function takesFamily({ address, family: only }: Listener, family: Family): boolean {
  return (only ?? family) === family && (address === undefined || familyOf(address) === family);
}

/** A listener without a port listens on every port that no other has. */
function score(listener: Listener): number {
  return (listener.port === undefined ? 0 : 4) + (listener.address === undefined ? 0 : 2) + (listener.family === undefined ? 0 : 1);
}

/** All sockets a lookup can find, the most specific first, as intervals; the first that fits is the one found. */
export interface SocketIntervals {
  readonly proto: number;
  readonly ports: IntervalSet<number>;
  readonly address: Address | undefined;
  /** of SOCKET_BITS */
  readonly bits: number;
  readonly listener: Listener;
}

export function socketIntervals(host: Host, family: Family): readonly SocketIntervals[] {
  return host.listeners
    .filter((listener) => takesFamily(listener, family))
    .map((listener, index) => ({ listener, index }))
    .sort((a, b) => score(b.listener) - score(a.listener) || a.index - b.index)
    .map(({ listener }) => ({
      listener,
      proto: listener.proto,
      ports: [listener.port === undefined ? { lo: 0, hi: 65535 } : { lo: listener.port, hi: listener.port }],
      address: listener.address,
      bits: socketBits(listener),
    }));
}

export function socketBits({ transparent, address }: Listener): number {
  return (transparent ? SOCKET_BITS.transparent : 0) | (address === undefined ? SOCKET_BITS.wildcard : 0);
}

/** Ports that some listener has for itself. */
export function listenerPorts({ listeners }: Host): readonly number[] {
  return listeners.flatMap(({ port }) => (port === undefined ? [] : [port]));
}
