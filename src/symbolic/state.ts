/** A set of packets at one point of their way: which packets they were at the start, and what has become of their fields. */
import type { Address } from '../packet/address.ts';
import type { CtState } from '../packet/packet.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { Bdd } from './bdd.ts';
import { EMPTY } from './bdd.ts';
import type { Space } from './space.ts';
import type { Vector } from './vector.ts';
import { constant } from './vector.ts';

/** What changes on the way, or is known by place. All other fields are those of the start. */
export interface Env {
  readonly src: Vector;
  readonly dst: Vector;
  readonly sport: Vector;
  readonly dport: Vector;
  readonly ttl: Vector;
  readonly mark: Vector;
  readonly connmark: Vector;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  /** the route decided last */
  readonly way: Way | undefined;
  /** the sending socket is still attached */
  readonly owned: boolean;
  /** undefined: conntrack has not seen the packet */
  readonly state: CtState | undefined;
  readonly zone: number;
  readonly tracked: boolean;
  readonly confirmed: boolean;
  readonly srcDone: boolean;
  readonly dstDone: boolean;
  /** addresses and ports of the connection when conntrack saw it first */
  readonly original: Tuple | undefined;
  /** index in the host's listeners of the transparent socket that TPROXY chose */
  readonly diverted: number | undefined;
}

export type Tuple = Pick<Env, 'src' | 'dst' | 'sport' | 'dport'>;

export interface Way {
  readonly oif: string;
  readonly local: boolean;
  readonly via: Address | undefined;
}

export interface PacketClass {
  readonly set: Bdd;
  readonly env: Env;
  /** why a packet of the class may also go another way */
  readonly doubts: readonly Doubt[];
  /** the last rule that decided something about these packets */
  readonly decided: Rule | undefined;
}

export interface Doubt {
  readonly why: 'chance' | 'unmodelled';
  readonly what: string;
  readonly rule?: Rule;
}

export function startEnv(space: Space, place: { readonly iif: string | undefined; readonly owned: boolean }): Env {
  const { start } = space;
  return {
    src: start.src,
    dst: start.dst,
    sport: start.sport,
    dport: start.dport,
    ttl: start.ttl,
    mark: start.mark,
    connmark: constant(0, 32),
    iif: place.iif,
    oif: undefined,
    way: undefined,
    owned: place.owned,
    state: undefined,
    zone: 0,
    tracked: false,
    confirmed: false,
    srcDone: false,
    dstDone: false,
    original: undefined,
    diverted: undefined,
  };
}

/** Equal keys, equal environments: classes with the same key may be joined. */
export function keyOf(env: Env, doubts: readonly Doubt[], decided?: Rule): string {
  const { original, way } = env;
  return [
    ...[env.src, env.dst, env.sport, env.dport, env.ttl, env.mark, env.connmark].map((bits) => bits.join()),
    ...[env.iif, env.oif, env.owned, env.state, env.zone, env.tracked, env.confirmed, env.srcDone, env.dstDone, env.diverted],
    ...[way?.oif, way?.local, way?.via],
    ...(original === undefined ? ['-'] : [original.src.join(), original.dst.join(), original.sport.join(), original.dport.join()]),
    ...doubts.map(({ what }) => what),
    ...(decided === undefined ? [] : [decided.table, decided.chain, decided.number]),
  ].join(';');
}

/** Joins classes whose packets have fared alike; with `byRule`, only those that the same rule decided. */
export function merge<T extends PacketClass>(space: Space, classes: readonly T[], byRule = false): readonly T[] {
  if (classes.length < 2) return classes;
  const byKey = new Map<string, T>();
  for (const one of classes) {
    if (one.set === EMPTY) continue;
    const key = keyOf(one.env, one.doubts, byRule ? one.decided : undefined);
    const known = byKey.get(key);
    byKey.set(key, known === undefined ? one : { ...known, set: space.manager.or(known.set, one.set) });
  }
  return [...byKey.values()];
}
