/** What a lookup of the packet's socket finds, for all packets: simulate/skb.ts lookupSocket() for sets. */
import { socketBits } from '../../host/listeners.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { constant } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { connectedBits, connectedShares } from './connectedSockets.ts';
import type { BitReading } from './connectionBits.ts';
import { listenerShares } from './listeners.ts';
import type { About, Env, SymbolicTuple } from './state.ts';

/** Bits of the socket that TPROXY chose, else of the one that a lookup for the packet's destination finds. */
export function socketReading(space: Space, env: Env): BitReading {
  const { host } = space;
  const chosen = env.diverted === undefined ? undefined : host.listeners[env.diverted];
  if (chosen !== undefined) return { present: FULL, bits: constant(socketBits(chosen), SK_BITS) };
  // under NAT of sources IPv4 looks for who opened the connection
  const quoted = env.quotes ?? (space.has.icmp === FULL ? env.about : undefined);
  if (quoted !== undefined) return quotedSocket(quoted, env);
  const { original } = env;
  const opened = space.family === 4 && env.direction === 'reply' && env.state === 'ESTABLISHED' ? original : undefined;
  return foundSocket(space, env, opened === undefined ? env : { ...endsOf(env), dst: opened.src, dport: opened.sport });
}

/** An error is for the socket that sent what it quotes. */
function quotedSocket({ space, env: quoted }: Pick<About, 'space' | 'env'>, env: Env): BitReading {
  const opened = space.family === 4 && env.direction === 'reply' ? env.original : undefined;
  const { src, sport } = opened ?? quoted;
  return foundSocket(space, env, { dst: src, dport: sport, src: quoted.dst, sport: quoted.dport });
}

function endsOf({ src, sport, dst, dport }: Env): SymbolicTuple {
  return { src, sport, dst, dport };
}

function foundSocket(space: Space, { sockets }: Env, ends: SymbolicTuple): BitReading {
  const { manager } = space;
  const connected = connectedShares(space, { sockets, ends });
  const own = manager.any(connected.map(({ set }) => set));
  const shares = listenerShares(space, ends).shares.map((share) => ({ ...share, set: manager.minus(share.set, own) }));
  const bit = (mask: number): Bdd =>
    manager.any(shares.filter(({ listener }) => (socketBits(listener) & mask) !== 0).map(({ set }) => set));
  const bits = connectedBits(space, connected);
  return {
    present: manager.any([own, ...shares.map(({ set }) => set)]),
    bits: [4, 2, 1].map((mask, at) => manager.or(bits[at] ?? EMPTY, bit(mask))),
  };
}

const SK_BITS = 3;
