/** The packets of a requested set that can be there at all, as they start here or arrive on an interface of the host. */
import type { Host } from '../host/host.ts';
import { Budget } from '../lib/budget.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import { makeSpace, type Space } from '../symbolic/space/space.ts';
import { encode } from '../symbolic/walk/encode.ts';
import { startEnv } from '../symbolic/walk/state.ts';

/** What is said of a set that is empty: that none of its packets does something would sound like an answer. */
export const NO_PACKET = 'the set contains no packets';

export interface AskedPackets {
  /** absent: packets that are sent and packets that arrive */
  readonly dir?: 'in' | 'out';
  readonly expr: Readonly<Record<Family, MatchExpr>>;
}

/** Packets that are sent here (undefined), and those that arrive on each interface: those of them that are requested. */
export function askedWays({ interfaces }: Host, { dir }: Pick<AskedPackets, 'dir'>): readonly (string | undefined)[] {
  const arrivals = interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  return [...(dir === 'in' ? [] : [undefined]), ...(dir === 'out' ? [] : arrivals)];
}

/** A packet without a source gets one before it is routed, and is then one of the others. */
export function startPackets(space: Space, expr: MatchExpr, iif: string | undefined): Bdd {
  const { manager, start } = space;
  const asked = encode(space, startEnv(space, { iif, owned: iif === undefined }), expr).may;
  return iif === undefined ? manager.minus(asked, equal(manager, start.src, 0)) : asked;
}

/** Whether there is a packet of the set in one of the families. */
export function hasPackets(families: readonly Family[], host: Host, { dir, expr }: AskedPackets): boolean {
  return families.some((family) => {
    const space = makeSpace(family, host, new Budget());
    return askedWays(host, { ...(dir !== undefined && { dir }) }).some((iif) => startPackets(space, expr[family], iif) !== EMPTY);
  });
}
