/** The source addresses that the kernel chooses, for all destinations: host/output.ts sourceFor() for sets. */

import type { Route } from '../../host/host.ts';
import { SENDABLE, sourceWanted } from '../../host/output.ts';
import { ANY_DEVICE, selectAddress4, sourceChoices } from '../../host/sourceAddress.ts';
import { memoize } from '../../lib/memo.ts';
import type { Address, Prefix } from '../../packet/address.ts';
import { prefixRange } from '../../packet/address.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { between, constant, equal, sameBits, vectorIn } from '../diagrams/vector.ts';
import { type Space, widthOf } from '../space/space.ts';
import type { RouteFlow } from './routeFlow.ts';
import { partitionByRoute } from './routes.ts';

/** Packets whose source is the one that the kernel would choose for their destination, sent with this mark. */
export function chosenSources(space: Space, mark: number): Bdd {
  return exactSources(space, mark);
}

interface SourceOfWay {
  readonly set: Bdd;
  /** absent: IPv6 has found a source before it has a route */
  readonly route: Route | undefined;
}

/** The same for packets with any mark, by the route with which the source is chosen; and perhaps for a few more: of a large network of this
 *  host each address may be the source of all. */
export const sourcesByRoute = memoize((space: Space, _all: ''): readonly SourceOfWay[] =>
  sourcesOf(space, { mark: space.start.mark, exact: false }),
);

const exactSources = memoize((space: Space, mark: number): Bdd => {
  const ways = sourcesOf(space, { mark: constant(mark, 32), exact: true });
  const { manager, start, family } = space;
  // without an address the destination is this host: host/output.ts sourceFor()
  const toNobody = equal(manager, start.dst, 0);
  return manager.choose(toNobody, manager.any(ways.map(({ set }) => set)), equal(manager, start.src, family === 4 ? LOOPBACK4 : 1));
});

const LOOPBACK4 = 0x7f00_0001;

function sourcesOf(space: Space, { mark, exact }: { readonly mark: Vector; readonly exact: boolean }): readonly SourceOfWay[] {
  const { manager, start } = space;
  // IPv6 chooses by device and destination, whatever the route
  const byDevice = new Map<string, Bdd>();
  const flow = firstFlow(space);
  const asked = { dst: start.dst, src: start.dst.map(() => EMPTY), mark, flow, within: FULL };
  const shares = partitionByRoute(space, asked);
  const found = shares.flatMap(({ set, route }) =>
    isUsable(route) ? [{ set: manager.and(set, sourceSet(space, route, { byDevice, exact })), route }] : [],
  );
  const lost = manager.any(shares.flatMap(({ set, route }) => (isUsable(route) ? [] : [set])));
  return space.family === 6 ? [...found, { set: sourcesBeforeRoute6(space, lost, mark), route: undefined }] : found;
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
function sourcesBeforeRoute6(space: Space, within: Bdd, mark: Vector): Bdd {
  const { manager, start, host } = space;
  if (within === EMPTY || !host.rules.some(({ family, from }) => family === 6 && from !== undefined)) return EMPTY;
  const chosen = sourcesFor(space, { dev: ANY_DEVICE, near: start.dst });
  const asked = { dst: start.dst, src: start.src, mark, flow: firstFlow(space), within: manager.and(within, chosen) };
  return manager.any(partitionByRoute(space, asked).map(({ set, route }) => (isUsable(route) ? set : EMPTY)));
}

interface SourceSets {
  readonly byDevice: Map<string, Bdd>;
  readonly exact: boolean;
}

function sourceSet(space: Space, route: Route, { byDevice, exact }: SourceSets): Bdd {
  const { manager, start, family } = space;
  const local = route.type === 'local' || route.type === 'anycast';
  if (route.src !== undefined) return equal(manager, start.src, route.src);
  if (family === 4) {
    // a local route without a source of its own: the destination is this host's, and is taken
    if (local) return route.table === 'local' ? sameWithin(space, route.to, exact) : EMPTY;
    const address = selectAddress4(space.host, { dev: route.dev ?? ANY_DEVICE, ...sourceWanted(route) }) ?? 0;
    return equal(manager, start.src, address);
  }
  const dev = route.dev ?? (local ? 'lo' : ANY_DEVICE);
  const set = byDevice.get(dev) ?? sourcesFor(space, { dev, near: start.dst });
  byDevice.set(dev, set);
  return set;
}

/** The source is the destination, which is in the network. */
function sameWithin({ manager, start, family }: Space, network: Prefix, exact: boolean): Bdd {
  const { length } = network;
  const { lo, hi } = prefixRange(network);
  const inside = between(manager, start.src, { lo, hi });
  const others = widthOf('src', family) - length;
  if (others > MOST_BITS_ALIKE && !exact) return inside;
  return manager.and(inside, sameBits(manager, start.src.slice(length), start.dst.slice(length)));
}

/** As the bits of an address stand together, each takes twice the nodes of the one before. */
const MOST_BITS_ALIKE = 12;

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
