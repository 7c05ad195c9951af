/** Sockets of a connection on this host, which are found by both ends before any listener is: simulate/connectedSocket.ts for sets. */
import { demuxesEarly } from '../../host/earlyDemux.ts';
import { SOCKET_BITS } from '../../packet/fields.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { type BddManager, EMPTY, FULL } from '../diagrams/bdd.ts';
import { sameBits, type Vector } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { PacketClass, SymbolicSocket, SymbolicTuple } from './state.ts';

/** Packets of a connection that have the route that an earlier one had, and no source check: keepsRoute() of simulate/connectedSocket.ts. */
export function keepingRoute(space: Space, { env }: PacketClass): Bdd {
  const heard = (env.sockets ?? []).filter(({ hears }) => hears !== undefined && hears === env.iif);
  if (heard.length === 0 || env.diverted !== undefined || env.quotes !== undefined || !demuxesEarly(space.host)) return EMPTY;
  return space.manager.any(connectedShares(space, { sockets: heard, ends: env }).map(({ set }) => set));
}

/** What arrives belongs to the socket of its connection from INPUT on: takeOwner() of simulate/connectedSocket.ts. */
export function withOwner(space: Space, one: PacketClass): PacketClass {
  const { sockets = [], iif, diverted, quotes } = one.env;
  if (sockets.length === 0 || iif === 'lo' || diverted !== undefined || quotes !== undefined || !demuxesEarly(space.host)) return one;
  const found = connectedShares(space, { sockets, ends: one.env }).some(({ set }) => space.manager.and(set, one.set) !== EMPTY);
  return found ? { ...one, env: { ...one.env, ownerUnsaid: true } } : one;
}

interface Lookup {
  readonly sockets: readonly SymbolicSocket[] | undefined;
  readonly ends: SymbolicTuple;
}

export interface ConnectedShare {
  readonly set: Bdd;
  readonly transparent: Bdd;
}

/** Where a packet with these ends finds one of them. */
export function connectedShares({ manager }: Space, { sockets, ends: { src, sport, dst, dport } }: Lookup): readonly ConnectedShare[] {
  const shares: ConnectedShare[] = [];
  let found = EMPTY;
  for (const { comes, exists, transparent } of sockets ?? []) {
    const ends = [
      [comes.dport, dport],
      [comes.sport, sport],
      [comes.dst, dst],
      [comes.src, src],
    ] as const;
    const same = ends.map(([one, other]) => sameEnd(manager, one, other));
    const set = same.includes(EMPTY) ? EMPTY : manager.minus(manager.all([exists, ...same]), found);
    if (set === EMPTY) continue;
    found = manager.or(found, set);
    shares.push({ set, transparent: manager.and(set, transparent) });
  }
  return shares;
}

/** In the order of the bits of the field `sk`, the highest first: as of a socket that is bound to an address. */
export function connectedBits({ manager }: Space, shares: readonly ConnectedShare[]): readonly Bdd[] {
  const transparent = manager.any(shares.map((share) => share.transparent));
  return [4, 2, 1].map((mask) => (mask === SOCKET_BITS.transparent ? transparent : EMPTY));
}

/** Ends that are different parts of the first packet are taken for different: diagrams of their equality do not fit into memory, and only a
 *  socket that is connected to itself has both alike. */
function sameEnd(manager: BddManager, one: Vector, other: Vector): Bdd {
  const open = one.filter((bit, at) => bit !== other[at] && !isKnown(bit) && !isKnown(other[at] ?? EMPTY));
  return open.length > MOST_OPEN ? EMPTY : sameBits(manager, one, other);
}

function isKnown(bit: Bdd): boolean {
  return bit === EMPTY || bit === FULL;
}

const MOST_OPEN = 8;
