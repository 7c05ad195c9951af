/** Reverse path filtering of IPv4: sources that the kernel does not believe. As badSource in simulate/input.ts.
 *  kernel net/ipv4/fib_frontend.c fib_validate_source() */
import { wayBackBy } from '../../host/nexthops.ts';
import { judgeWayBack, sourceCheck } from '../../host/sourceCheck.ts';
import type { LostReason } from '../../netfilter/lost.ts';
import { type Bdd, EMPTY } from '../diagrams/bdd.ts';
import { equal, type Vector } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { routeFlow } from './routeFlow.ts';
import { partitionWhole } from './routes.ts';
import type { PacketClass } from './state.ts';

export interface RefusedSources {
  readonly set: Bdd;
  readonly reason: LostReason;
  /** it may be so or not: what it depends on */
  readonly open?: string;
}

interface WayBack {
  /** absent: they are for this host */
  readonly oif?: string | undefined;
  /** to a group or by broadcast: the way back is looked up as from 0.0.0.0 */
  readonly toAll?: true;
}

/** Packets of a class whose source the kernel does not believe. */
export function refusedSources(space: Space, one: PacketClass, { oif, toAll }: WayBack): readonly RefusedSources[] {
  const iif = one.env.iif ?? '';
  const check = sourceCheck(space.host, { iif, ...(oif === undefined ? {} : { oif }) });
  if (check.kind === 'addresses') {
    return [
      { set: space.manager.any(check.refused.map((address) => equal(space.manager, one.env.src, address))), reason: 'martian-source' },
    ];
  }
  const { src, dst, mark } = one.env;
  const flow = routeFlow(space, one.env, 'back');
  const nowhere = (bits: Vector) => bits.map(() => EMPTY);
  const back = {
    dst: src,
    src: toAll ? nowhere(dst) : dst,
    mark: check.marked ? mark : nowhere(mark),
    iif: oif ?? 'lo',
    flow,
    within: one.set,
  };
  return partitionWhole(space, back).flatMap(({ set, route: found }): readonly RefusedSources[] => {
    const route = found === undefined ? undefined : wayBackBy(space.host, found, iif);
    if (route?.unknown !== undefined) return [{ set, reason: 'reverse-path', open: route.unknown }];
    const reason = judgeWayBack(route, { ...check, iif });
    return reason === undefined ? [] : [{ set, reason }];
  });
}
