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

export interface ListenerShares {
  /** the most specific listener first; disjoint */
  readonly shares: readonly ListenerShare[];
  /** packets of one of them: others find none */
  readonly taken: Bdd;
}

type End = Pick<Env, 'dst' | 'dport'>;

export function listenerShares(space: Space, { dst, dport }: End): ListenerShares {
  const known = sharesOf.get(space) ?? new Map<string, ListenerShares>();
  sharesOf.set(space, known);
  // many classes go to the same few places
  const key = `${dst.join()} ${dport.join()}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = split(space, { dst, dport });
  space.budget.keep(1 + (made.shares.length >> 3));
  known.set(key, made);
  return made;
}

const sharesOf = new WeakMap<Space, Map<string, ListenerShares>>();

function split(space: Space, { dst, dport }: End): ListenerShares {
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
  return { shares, taken: manager.minus(has.ports, left) };
}
