/** From which address this host answers, and whether it can: simulate/answer.ts errorSource() for sets. */
import { waysOf } from '../../host/nexthops.ts';
import { ON_LINK6, SENDABLE, sourceWanted } from '../../host/output.ts';
import { ANY_DEVICE, ownAddresses6, selectAddress4 } from '../../host/sourceAddress.ts';
import type { Address } from '../../packet/address.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { constant, equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { ofTypes } from './addressTypes.ts';
import { answerMark } from './answerSpace.ts';
import { inPrefix, partitionWhole, type RouteQuestion, type RouteShare } from './routes.ts';
import { sourceShares } from './sources.ts';
import type { Env } from './state.ts';
import { bitsText } from './stateKeys.ts';

/** Packets whose answer is sent from `src`; those of no share are not answered. */
export interface SourceShare {
  readonly set: Bdd;
  readonly src: Vector;
}

/** `env`: of the packets that are refused. */
export function errorSources(space: Space, env: Env, within: Bdd): readonly SourceShare[] {
  const { manager, family } = space;
  if (family === 4 && isLocal(env)) {
    const set = manager.and(within, ofTypes(space, env.dst, ['LOCAL']));
    return set === EMPTY ? [] : [{ set, src: env.dst }];
  }
  const own = family === 4 ? EMPTY : manager.and(within, manager.any(ownAddresses6(space.host).map((one) => equal(manager, env.dst, one))));
  const others = manager.minus(within, own);
  return [...(own === EMPTY ? [] : [{ set: own, src: env.dst }]), ...(others === EMPTY ? [] : chosen(space, env, others))];
}

/** The packet was routed to this host, before PREROUTING only over lo. */
function isLocal({ iif, oif, way }: Env): boolean {
  return way !== undefined && (oif === undefined || (iif === undefined && way.local));
}

/** The interface on which a neighbour is answered. */
export function linkOf({ family }: Space, { iif }: Env): string | undefined {
  return family === 6 && iif !== undefined && iif !== 'lo' ? iif : undefined;
}

/** The same for all packets with these senders and marks on this link: told once. */
function chosen(space: Space, env: Env, within: Bdd): readonly SourceShare[] {
  const known = chosenOf.get(space) ?? new Map<string, readonly ChosenShare[]>();
  chosenOf.set(space, known);
  const key = `${linkOf(space, env) ?? ''} ${bitsText(env.src)} ${bitsText(answerMark(space, env))}`;
  const shares = known.get(key) ?? chosenSources(space, env);
  known.set(key, shares);
  return shares.flatMap(({ set, src }) => {
    const part = space.manager.and(set, within);
    return part === EMPTY ? [] : [{ set: part, src: src ?? env.dst }];
  });
}

const chosenOf = new WeakMap<Space, Map<string, readonly ChosenShare[]>>();

/** Without a source: whichever it is, its route is not known. */
interface ChosenShare {
  readonly set: Bdd;
  readonly src: Vector | undefined;
}

function chosenSources(space: Space, env: Env): readonly ChosenShare[] {
  const { manager, family } = space;
  const width = env.src.length;
  const byAddress = new Map<Address, Bdd>();
  const add = (address: Address, set: Bdd): void => {
    if (set !== EMPTY) byAddress.set(address, manager.or(byAddress.get(address) ?? EMPTY, set));
  };
  const nowhere = equal(manager, env.src, 0);
  add(family === 4 ? 0x7f00_0001 : 1n, nowhere);
  let open = EMPTY;
  for (const { set, route } of routeShares(space, env, manager.not(nowhere))) {
    if (route?.unknown !== undefined) open = manager.or(open, set);
    else
      for (const { set: part, address } of addresses(space, env.src, route))
        if (address !== undefined) add(address, manager.and(set, part));
  }
  const set = manager.any([...byAddress.values()]);
  const src = Array.from({ length: width }, (_, at) =>
    manager.any([...byAddress].flatMap(([address, part]) => (constant(address, width)[at] === FULL ? [part] : []))),
  );
  return [
    { set, src },
    { set: open, src: undefined },
  ];
}

function routeShares(space: Space, env: Env, within: Bdd): readonly RouteShare[] {
  const { manager } = space;
  const question = { dst: env.src, src: env.src.map(() => EMPTY), mark: answerMark(space, env) };
  const dev = linkOf(space, env);
  if (dev === undefined) return firstWays(space, { ...question, within });
  const onLink = manager.any(ON_LINK6.map((prefix) => inPrefix(space, env.src, prefix)));
  return [
    ...firstWays(space, { ...question, within: manager.and(within, onLink), dev }),
    ...firstWays(space, { ...question, within: manager.minus(within, onLink) }),
  ];
}

/** Of several ways the first, as the simulator has it. */
function firstWays(space: Space, question: RouteQuestion): readonly RouteShare[] {
  return partitionWhole(space, question).map(({ set, route }) => ({
    set,
    route: route === undefined ? undefined : waysOf(space.host, route, question.dev)[0],
  }));
}

type AddressShare = { readonly set: Bdd; readonly address: Address | undefined };

/** As host/output.ts sourceFor(). */
function addresses(space: Space, to: Vector, route: RouteShare['route']): readonly AddressShare[] {
  const { family } = space;
  const local = route?.type === 'local' || route?.type === 'anycast';
  if (route === undefined || (!local && (!SENDABLE.has(route.type) || route.dev === undefined)))
    return family === 6 ? sourceShares(space, { dev: ANY_DEVICE, near: to }) : [];
  if (route.src !== undefined) return [{ set: FULL, address: route.src }];
  if (family === 6) return sourceShares(space, { dev: route.dev ?? (local ? 'lo' : ANY_DEVICE), near: to });
  if (local) return [];
  return [{ set: FULL, address: selectAddress4(space.host, { dev: route.dev ?? ANY_DEVICE, ...sourceWanted(route) }) ?? 0 }];
}
