/** Which socket takes a packet: the most specific listener.
 *  kernel net/ipv4/inet_hashtables.c compute_score(): an exact address beats the wildcard */
import type { Address } from '../packet/address.ts';
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
    if (best === undefined || score(listener) > score(best)) best = listener;
  }
  return best;
}

/** A listener without a port stands for every port that no other has. */
function score(listener: Listener): number {
  return (listener.port === undefined ? 0 : 2) + (listener.address === undefined ? 0 : 1);
}
