/** One later packet of connections: where it ends, whatever its connection waits for. */
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { byAnswers } from '../walk/answers.ts';
import { follow } from '../walk/follow.ts';
import { routeOutputOfSets } from '../walk/moves.ts';
import { merge, type PacketClass } from '../walk/state.ts';
import type { EndedClass } from '../walk/tableWalk.ts';
import type { ClassFate } from '../walk/traverse.ts';
import { routeUnbound } from '../walk/unboundSources.ts';
import type { LaterStart } from './laterPackets.ts';

/** `env`, `decided` and `doubts` are of the later packet, `set` of first ones. A packet that is delivered has no listener: its socket is found by
 *  its ends. */
export interface PartEnd extends PacketClass {
  readonly fate: ClassFate;
  /** the base chain whose policy dropped it, where no rule did */
  readonly policy?: EndedClass['policy'];
}

export interface PartWalk {
  readonly ruleset: Ruleset;
  readonly start: LaterStart;
}

export function walkPart({ ruleset, start: { space, env, iif, unbound } }: PartWalk, set: Bdd): readonly PartEnd[] {
  const ends: PartEnd[] = [];
  const rejected: PacketClass[] = [];
  follow(
    {
      walk: { space, ruleset },
      iif,
      link: env.way?.oif,
      fits: true,
      routeOutput: (one) => (unbound === true ? routeUnbound(space, one) : routeOutputOfSets(space, one)),
      onEnd: ({ end, ...of }) => {
        if (end === 'rejected') rejected.push(of);
        else ends.push({ ...of, fate: end === 'dropped' || end === 'undecided' ? { kind: end } : { kind: 'lost', reason: end } });
      },
      onLeave: (of, kind) => ends.push({ ...of, fate: { kind, oif: of.env.way?.oif ?? '' } }),
      onArrival: (of) => ends.push({ ...of, fate: { kind: 'delivered', listener: undefined, transparent: false } }),
    },
    iif === undefined ? 'send' : 'arrive',
    [{ set, env, doubts: [], decided: undefined }],
  );
  for (const of of byAnswers(space, ruleset, merge(space, rejected, true))) ends.push(of);
  return ends;
}
