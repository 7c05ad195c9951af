/** Which packets which socket takes: host/listeners.ts for sets. */
import type { Listener } from '../../host/host.ts';
import { socketIntervals } from '../../host/listeners.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import { equal, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { Env } from './state.ts';

export interface ListenerShare {
  readonly listener: Listener;
  readonly set: Bdd;
}

type End = Pick<Env, 'dst' | 'dport'>;

/** The most specific listener first; the sets are disjoint, packets of no set find none. */
export function listenerShares(space: Space, { dst, dport }: End): readonly ListenerShare[] {
  const known = sharesOf.get(space) ?? new Map<string, readonly ListenerShare[]>();
  sharesOf.set(space, known);
  // many classes go to the same few places
  const key = `${dst.join()} ${dport.join()}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const shares = split(space, { dst, dport });
  space.budget.keep(1 + (shares.length >> 3));
  known.set(key, shares);
  return shares;
}

const sharesOf = new WeakMap<Space, Map<string, readonly ListenerShare[]>>();

function split(space: Space, { dst, dport }: End): readonly ListenerShare[] {
  const { manager, has, start, host, family } = space;
  const shares: ListenerShare[] = [];
  let left = has.ports;
  for (const { listener, proto, ports, address } of socketIntervals(host, family)) {
    const wanted = manager.all([
      equal(manager, start.proto, proto),
      vectorIn(manager, dport, ports),
      address === undefined ? FULL : equal(manager, dst, address),
    ]);
    const set = manager.and(left, wanted);
    if (set === EMPTY) continue;
    left = manager.minus(left, set);
    shares.push({ listener, set });
  }
  return shares;
}
