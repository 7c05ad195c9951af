/** A later packet that is taken for a first one, because its connection is in another zone: its answers would be those of its own
 *  connection, so that it gets another source port. simulate/translate.ts avoidClash() for sets. */
import { type Bdd, EMPTY } from '../diagrams/bdd.ts';
import { constant, equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { answerTuple } from './connectionBits.ts';
import type { HookResult } from './hook.ts';
import type { Doubt, PacketClass, SymbolicTuple } from './state.ts';
import { sameTuple } from './tuples.ts';

const FIRST_FREE = 1024;

const DOUBT: Doubt = { why: 'chance', what: 'the kernel picks a port, because another connection has this one' };

export function withoutClash(space: Space, one: PacketClass): readonly PacketClass[] {
  const { manager, has } = space;
  const { env } = one;
  const set = manager.minus(manager.and(one.set, clashing(space, one)), crossing(space, one));
  if (set === EMPTY) return [one];
  const rest = manager.minus(one.set, set);
  const doubts = [...one.doubts, DOUBT];
  const isTaken = equal(manager, env.sport, FIRST_FREE);
  const moved = (part: Bdd, port: number): readonly PacketClass[] =>
    part === EMPTY ? [] : [{ ...one, doubts, set: part, env: { ...env, sport: constant(port, env.sport.length) } }];
  const withPorts = manager.and(set, has.ports);
  const portless = manager.minus(set, has.ports);
  return [
    ...(rest === EMPTY ? [] : [{ ...one, set: rest }]),
    ...(portless === EMPTY ? [] : [{ ...one, doubts, set: portless }]),
    ...moved(manager.minus(withPorts, isTaken), FIRST_FREE),
    ...moved(manager.and(withPorts, isTaken), FIRST_FREE + 1),
  ];
}

/** Nothing distinguishes the two as the packet has passed all hooks: it is dropped. */
export function loseClashing(space: Space, one: PacketClass): HookResult {
  const set = space.manager.and(one.set, clashing(space, one));
  if (set === EMPTY) return { on: [one], ended: [] };
  const rest = space.manager.minus(one.set, set);
  return {
    on: rest === EMPTY ? [] : [{ ...one, set: rest }],
    ended: [{ ...one, set, decided: undefined, end: 'connection-clash' }],
  };
}

/** It and its connection would have the same answers, in one zone; or those of an answer would be what it answers. */
function clashing(space: Space, { env }: PacketClass): Bdd {
  const { entry, state, zone, replyZone, confirmed } = env;
  if (entry === undefined || state !== 'NEW' || confirmed) return EMPTY;
  if (entry.direction === 'original') return replyZone === entry.replyZone ? sameTuple(space, answerTuple(env), entry.answers) : EMPTY;
  return zone === entry.zone && replyZone === entry.zone ? sameTuple(space, answerTuple(env), entry.original) : EMPTY;
}

/** Two packets that cross each other, but for TCP: the later one keeps its ends, see isReverse() there. */
function crossing(space: Space, { env }: PacketClass): Bdd {
  const { manager, has } = space;
  const { entry, original } = env;
  if (entry?.direction !== 'reply' || original === undefined) return EMPTY;
  const turned = ({ src, dst, sport, dport }: SymbolicTuple): SymbolicTuple => ({ src: dst, dst: src, sport: dport, dport: sport });
  const plain = manager.and(sameTuple(space, answerTuple(env), turned(original)), sameTuple(space, entry.answers, turned(entry.original)));
  return manager.minus(plain, has.tcp);
}
