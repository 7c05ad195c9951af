/** The source addresses that the kernel chooses, for all destinations: host/output.ts sourceFor() for sets. */

import type { Route } from '../host/host.ts';
import { SENDABLE } from '../host/output.ts';
import { isSecondary } from '../host/routing.ts';
import { ANY_DEVICE, isLoopback4, selectAddress4, sourceChoices6 } from '../host/sourceAddress.ts';
import type { Address } from '../packet/address.ts';
import type { Bdd } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';
import { inPrefix, partitionByRoute } from './routes.ts';
import type { Space } from './space.ts';
import { constant, equal, vectorIn } from './vector.ts';

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
  const shares = partitionByRoute(space, { dst: start.dst, src: start.dst.map(() => EMPTY), mark: constant(mark, 32), within: FULL });
  const lost: Bdd[] = [];
  const chosen = shares.map(({ set, route }) => {
    if (isUsable(route)) return manager.and(set, sourceSet(space, route, byDevice));
    lost.push(set);
    return EMPTY;
  });
  return manager.any([...chosen, space.family === 6 ? sourcesBeforeRoute6(space, manager.any(lost), mark) : EMPTY]);
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
  const chosen = manager.any(
    sourceChoices6(host, ANY_DEVICE).map(({ to, address }) =>
      address === undefined ? EMPTY : manager.and(vectorIn(manager, start.dst, to), equal(manager, start.src, address)),
    ),
  );
  const asked = { dst: start.dst, src: start.src, mark: constant(mark, 32), within: manager.and(within, chosen) };
  return manager.any(partitionByRoute(space, asked).map(({ set, route }) => (isUsable(route) ? set : EMPTY)));
}

function sourceSet(space: Space, route: Route, byDevice: Map<string, Bdd>): Bdd {
  const { manager, start, host, family } = space;
  const is = (address: Address | undefined): Bdd => (address === undefined ? EMPTY : equal(manager, start.src, address));
  const local = route.type === 'local' || route.type === 'anycast';
  if (!local && route.src !== undefined) return is(route.src);
  if (family === 6) {
    const dev = local ? 'lo' : (route.dev ?? '');
    const choices = () => sourceChoices6(host, dev).map(({ to, address }) => manager.and(vectorIn(manager, start.dst, to), is(address)));
    const set = byDevice.get(dev) ?? manager.any(choices());
    byDevice.set(dev, set);
    return set;
  }
  if (local || route.dev === undefined) return is(route.src);
  if (route.via !== undefined) return is(selectAddress4(host, route.dev, route.via as number));
  const nic = host.interfaces.find(({ name }) => name === route.dev);
  const own = (nic?.addresses ?? []).filter(
    ({ address }, index) => nic !== undefined && typeof address === 'number' && !isLoopback4(address) && !isSecondary(nic, index),
  );
  const near = own.map((prefix) => ({ set: inPrefix(space, start.dst, prefix), address: prefix.address }));
  const elsewhere = manager.not(manager.any(near.map(({ set }) => set)));
  return manager.any([
    ...near.map(({ set, address }) => manager.and(set, is(address))),
    manager.and(elsewhere, is(selectAddress4(host, route.dev, 0))),
  ]);
}
