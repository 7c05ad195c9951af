/** A class whose packets agree in bits of their addresses and ports, as one in which these bits are constants. What the chains behind a
 *  map of services ask is then answered without a look at its elements, and alike for all of them: 10,000 services of kube-proxy are
 *  walked in a tenth of the time. Only for questions in which it does not matter which packets they were at the start. */
import type { Bdd, BddManager } from '../diagrams/bdd.ts';
import { EMPTY, FULL } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { type Env, type PacketClass, patched, type SymbolicTuple } from './state.ts';
import type { EnvPart } from './stateKeys.ts';

const FOCUSED: readonly EnvPart[] = ['src', 'dst', 'sport', 'dport', 'original'];

/** Some of these parts of a state may become constants. */
export function readsFocused(parts: ReadonlySet<EnvPart | 'hook'>): boolean {
  return FOCUSED.some((part) => parts.has(part));
}

/** Of addresses and ports, which come first in the order of variables: where they are known they stand on top of the set. */
export function focused({ manager, offsets }: Space, one: PacketClass): PacketClass {
  const values = new Map<number, Bdd>();
  const kept: { readonly variable: number; readonly isOne: boolean }[] = [];
  let set = one.set;
  while (set > FULL) {
    const variable = manager.variableOf(set);
    const [low, high] = [manager.low(set), manager.high(set)];
    if (low !== EMPTY && high !== EMPTY) break;
    if (variable < offsets.proto) values.set(variable, low === EMPTY ? FULL : EMPTY);
    else kept.push({ variable, isOne: low === EMPTY });
    set = low === EMPTY ? high : low;
  }
  if (values.size === 0) return one;
  manager.count(values.size + kept.length);
  for (const { variable, isOne } of kept.reverse()) set = isOne ? manager.node(variable, EMPTY, set) : manager.node(variable, set, EMPTY);
  // sets aside are of packets as they were at the start
  const aside = one.aside && [{ set: one.set, aside: one.aside }];
  return { ...one, set, aside, env: withValues({ manager, values, below: offsets.proto }, one.env) };
}

/** What became of `narrow`, which was `one` focused, as it became of `one`. Sets aside are kept: those of `one` are among them, and others are
 *  of bits that are not constants there. */
export function unfocused({ manager }: Space, one: PacketClass, narrow: PacketClass): (end: PacketClass) => PacketClass {
  return (end) => ({ ...end, set: manager.and(one.set, end.set), env: patched(one.env, narrow.env, end.env) });
}

interface Known {
  readonly manager: BddManager;
  readonly values: ReadonlyMap<number, Bdd>;
  /** variables from here on have no value */
  readonly below: number;
}

function withValues(known: Known, env: Env): Env {
  const done = new Map<Vector, Vector>();
  const to = (bits: Vector): Vector => {
    const before = done.get(bits);
    if (before !== undefined) return before;
    const made = bits.map((bit) => bitWith(known, bit));
    // a vector that is another object has its questions looked up by its bits
    const kept = made.every((bit, at) => bit === bits[at]) ? bits : made;
    done.set(bits, kept);
    return kept;
  };
  const ends = ({ src, dst, sport, dport }: SymbolicTuple): SymbolicTuple => ({
    src: to(src),
    dst: to(dst),
    sport: to(sport),
    dport: to(dport),
  });
  return { ...env, ...ends(env), original: env.original && ends(env.original) };
}

function bitWith(known: Known, bit: Bdd): Bdd {
  const { manager, values, below } = known;
  const variable = manager.variableOf(bit);
  if (variable >= below) return bit;
  const value = values.get(variable);
  if (value !== undefined) return bitWith(known, value === FULL ? manager.high(bit) : manager.low(bit));
  return manager.node(variable, bitWith(known, manager.low(bit)), bitWith(known, manager.high(bit)));
}
