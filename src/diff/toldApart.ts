/** Sets of packets in parts, in each of which every condition holds for all packets or for none: an example then speaks for all of its part. */
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { encode } from '../symbolic/walk/encode.ts';
import { startEnv } from '../symbolic/walk/state.ts';

export interface ToldApart {
  readonly set: Bdd;
  /** a digit for each condition; equal: the same ones hold */
  readonly holds: string;
}

interface WayPackets {
  readonly set: Bdd;
  /** where they arrive; undefined: they are sent here */
  readonly iif: string | undefined;
}

export function toldApart(space: Space, conditions: readonly MatchExpr[] = [], { set, iif }: WayPackets): readonly ToldApart[] {
  const { manager } = space;
  const env = startEnv(space, { iif, owned: iif === undefined });
  let parts: readonly ToldApart[] = [{ set, holds: '' }];
  for (const condition of conditions) {
    const met = encode(space, env, condition).may;
    parts = parts.flatMap((part) =>
      [
        { set: manager.and(part.set, met), holds: `${part.holds}1` },
        { set: manager.minus(part.set, met), holds: `${part.holds}0` },
      ].filter((one) => one.set !== EMPTY),
    );
  }
  return parts;
}
