/** How answers would go, for all packets: host/wayBack.ts by routes. */
import { judgeRoute, SPECIAL } from '../../host/reversePath.ts';
import type { Prefix } from '../../packet/address.ts';
import type { WayBack } from '../../packet/fields.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { constant } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { inPrefix, partitionWhole } from './routes.ts';
import type { Env } from './state.ts';

export interface WayBackAsked {
  readonly ways: readonly WayBack[];
  readonly marked: boolean;
  /** IPv6 looks as if the answer were bound to the input interface */
  readonly bound: boolean;
  /** as if the answer were made here */
  readonly made: boolean;
}

export function wayBackSet(space: Space, env: Env, { ways, marked, bound, made }: WayBackAsked): Bdd {
  const { manager, family, host } = space;
  const iif = env.iif ?? '';
  const special = SPECIAL[family];
  const within = (bits: Vector, prefixes: readonly Prefix[]): Bdd => manager.any(prefixes.map((prefix) => inPrefix(space, bits, prefix)));
  const exempt =
    iif === 'lo'
      ? FULL
      : manager.any(special.exempt.map(({ src, dst }) => manager.and(inPrefix(space, env.src, src), inPrefix(space, env.dst, dst))));
  const noSource = within(env.dst, special.noSource);
  const link = within(env.src, special.link);
  const mark = marked ? env.mark : constant(0, 32);
  const sets: Bdd[] = ways.includes('exempt') ? [exempt] : [];
  for (const [anonymous, src] of [
    [noSource, constant(family === 4 ? 0 : 0n, env.dst.length)],
    [manager.not(noSource), env.dst],
  ] as const) {
    for (const [onLink, dev] of [
      [link, { dev: iif, oif: iif }],
      [manager.not(link), bound && family === 6 ? { oif: iif } : {}],
    ] as const) {
      const asked = manager.minus(manager.and(anonymous, onLink), exempt);
      if (asked === EMPTY) continue;
      for (const { set, route } of partitionWhole(space, {
        dst: env.src,
        src,
        mark,
        iif: made ? 'lo' : (env.oif ?? 'lo'),
        ...dev,
        within: asked,
      })) {
        if (ways.includes(judgeRoute(host, route, iif))) sets.push(set);
      }
    }
  }
  return manager.any(sets);
}
