/** What the rules make of one packet of all connections that send it. */
import { groupBy } from '../../lib/groupBy.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { keyOf } from '../walk/stateKeys.ts';
import type { ConnectionQuestion, Going } from './going.ts';
import type { LaterStart } from './laterPackets.ts';
import { type PartEnd, walkPart } from './walkPart.ts';

/** A packet as each connection sends it; where it is waited for. */
export interface StepPacket {
  /** undefined: these send none */
  readonly start: (one: Going) => LaterStart | undefined;
  readonly arrives: (one: Going, last: PartEnd) => Bdd;
}

/** What the rules make of it. */
export interface Met {
  readonly one: Going;
  readonly set: Bdd;
  readonly come: Bdd;
  readonly last: PartEnd;
  readonly start: LaterStart;
}

export function meetRules(question: ConnectionQuestion, going: readonly Going[], { start, arrives: come }: StepPacket): readonly Met[] {
  const { manager } = question.space;
  const found: Met[] = [];
  for (const group of grouped(question, going, start)) {
    for (const last of walkedParts(question, group)) {
      for (const one of group.of) {
        const set = manager.and(one.set, last.set);
        if (set !== EMPTY) found.push({ one, set, come: come(one, last), last, start: group.start });
      }
    }
  }
  return found;
}

interface Group {
  readonly key: string;
  readonly start: LaterStart;
  readonly of: readonly Going[];
  readonly set: Bdd;
}

/** Packets that start alike are walked once. */
function grouped({ space }: ConnectionQuestion, going: readonly Going[], startOfOne: StepPacket['start']): readonly Group[] {
  const starting = going.flatMap((one) => {
    const start = startOfOne(one);
    return start === undefined ? [] : [{ one, start }];
  });
  const keyOfStart = ({ start }: { readonly start: LaterStart }) => `${start.iif} ${start.unbound === true} ${keyOf(start.env, [])}`;
  return [...groupBy(starting, ({ start }) => start.space).values()].flatMap((ofSpace) =>
    [...groupBy(ofSpace, keyOfStart)].map(([key, alike]) => {
      const of = alike.map(({ one }) => one);
      return { key, start: alike[0].start, of, set: space.manager.any(of.map(({ set }) => set)) };
    }),
  );
}

interface Walked {
  set: Bdd;
  ends: readonly PartEnd[];
}

/** A later packet often starts as one did before: only what is new is walked. */
function walkedParts({ space: { manager }, ruleset }: ConnectionQuestion, { key, start, set }: Group): readonly PartEnd[] {
  const ofRules = walked.get(ruleset) ?? new WeakMap<Space, Map<string, Walked>>();
  walked.set(ruleset, ofRules);
  const ofSpace = ofRules.get(start.space) ?? new Map<string, Walked>();
  ofRules.set(start.space, ofSpace);
  const known = ofSpace.get(key) ?? { set: EMPTY, ends: [] };
  const rest = manager.minus(set, known.set);
  if (rest === EMPTY) return known.ends;
  const all = { set: manager.or(known.set, set), ends: [...known.ends, ...walkPart({ ruleset, start }, rest)] };
  ofSpace.set(key, all);
  return all.ends;
}

const walked = new WeakMap<Ruleset, WeakMap<Space, Map<string, Walked>>>();
