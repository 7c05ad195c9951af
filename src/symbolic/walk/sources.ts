/** The source addresses that the kernel chooses, for all destinations: host/output.ts sourceFor() for sets. */

import type { Route } from '../../host/host.ts';
import { SENDABLE, sourceWanted } from '../../host/output.ts';
import { ANY_DEVICE, selectAddress4, sourceChoices } from '../../host/sourceAddress.ts';
import type { Address } from '../../packet/address.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { constant, equal, sameBits, vectorIn } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { RouteFlow } from './routeFlow.ts';
import { partitionByRoute } from './routes.ts';

/** Packets whose source is the one that the kernel would choose for their destination, sent with this mark. */
export function chosenSources(space: Space, mark: number): Bdd {
  const found = known.get(space) ?? new Map<number, Bdd>();
  known.set(space, found);
  const set = found.get(mark) ?? sourcesOf(space, mark);
  found.set(mark, set);
  return set;
}

const known = new WeakMap<Space, Map<number, Bdd>>();

function sourcesOf(space: Space, mark: number): Bdd {
  const { manager, start } = space;
  // IPv6 chooses by device and destination, whatever the route
  const byDevice = new Map<string, Bdd>();
  const flow = firstFlow(space);
  const asked = { dst: start.dst, src: start.dst.map(() => EMPTY), mark: constant(mark, 32), flow, within: FULL };
  const shares = partitionByRoute(space, asked);
  const lost: Bdd[] = [];
  const chosen = shares.map(({ set, route }) => {
    if (isUsable(route)) return manager.and(set, sourceSet(space, route, byDevice));
    lost.push(set);
    return EMPTY;
  });
  return manager.any([...chosen, space.family === 6 ? sourcesBeforeRoute6(space, manager.any(lost), mark) : EMPTY]);
}

/** Of the look-up that chooses the source: a TCP socket has no port of its own yet. */
function firstFlow({ manager, start, process, has }: Space): RouteFlow {
  const sport = start.sport.map((bit) => manager.minus(bit, has.tcp));
  return { tos: start.tos, uid: start.uid, owned: process, ends: { proto: start.proto, ports: has.ports, sport, dport: start.dport } };
}

function isUsable(route: Route | undefined): route is Route {
  return (
    route !== undefined && (route.type === 'local' || route.type === 'anycast' || (SENDABLE.has(route.type) && route.dev !== undefined))
  );
}

/** Without a route, IPv6 takes an address first, and looks again with it: host/output.ts sourceBeforeRoute6(). */
function sourcesBeforeRoute6(space: Space, within: Bdd, mark: number): Bdd {
  const { manager, start, host } = space;
  if (within === EMPTY || !host.rules.some(({ family, from }) => family === 6 && from !== undefined)) return EMPTY;
  const chosen = sourcesFor(space, { dev: ANY_DEVICE, near: start.dst });
  const asked = { dst: start.dst, src: start.src, mark: constant(mark, 32), flow: firstFlow(space), within: manager.and(within, chosen) };
  return manager.any(partitionByRoute(space, asked).map(({ set, route }) => (isUsable(route) ? set : EMPTY)));
}

function sourceSet(space: Space, route: Route, byDevice: Map<string, Bdd>): Bdd {
  const { manager, start, family } = space;
  const local = route.type === 'local' || route.type === 'anycast';
  if (route.src !== undefined) return equal(manager, start.src, route.src);
  if (family === 4) {
    // a local route without a source of its own: the destination is this host's, and is taken
    if (local) return route.table === 'local' ? sameBits(manager, start.src, start.dst) : EMPTY;
    const address = selectAddress4(space.host, { dev: route.dev ?? ANY_DEVICE, ...sourceWanted(route) }) ?? 0;
    return equal(manager, start.src, address);
  }
  const dev = route.dev ?? (local ? 'lo' : ANY_DEVICE);
  const set = byDevice.get(dev) ?? sourcesFor(space, { dev, near: start.dst });
  byDevice.set(dev, set);
  return set;
}

function sourcesFor(space: Space, asked: Leaving): Bdd {
  const { manager, start } = space;
  const shares = sourceShares(space, asked).map(({ set, address }) =>
    address === undefined ? EMPTY : manager.and(set, equal(manager, start.src, address)),
  );
  return manager.any(shares);
}

export interface Leaving {
  readonly dev: string;
  /** IPv4: the next hop, or the destination without one; IPv6: the destination */
  readonly near: Vector;
}

/** Which packets get which of the host's addresses: all of them get one, or none. */
export function sourceShares(
  { manager, host, family }: Space,
  { dev, near }: Leaving,
): readonly { readonly set: Bdd; readonly address: Address | undefined }[] {
  return sourceChoices(host, family, dev).map(({ to, address }) => ({ set: vectorIn(manager, near, to), address }));
}
