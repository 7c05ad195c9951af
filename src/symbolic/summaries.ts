/** What a chain does to every packet, walked once and cut to the packets of each caller. */
import type { Rule, Table } from '../ruleset/ruleset.ts';
import type { Bdd } from './bdd.ts';
import { EMPTY, FULL } from './bdd.ts';
import { chainReads } from './reads.ts';
import type { Space } from './space.ts';
import type { Env, PacketClass } from './state.ts';
import { partsKey } from './state.ts';
import type { Arrivals, ChainResult, TableWalk } from './walk.ts';

interface Summary {
  /** state of the packets that the chain was walked for */
  readonly from: Env;
  readonly result: ChainResult;
  /** what was seen on the way */
  readonly noted: Noted | undefined;
  /** states that the chain made of `from`, made of other states */
  readonly moved: WeakMap<Env, Map<Env, Env>>;
}

/** Of a walk of every packet: rules with those who reach and match them, and who came to other shared chains. */
export interface Noted {
  readonly visits: (readonly [rule: Rule, reaching: Bdd, matching: Bdd])[];
  readonly arrivals: Arrivals;
}

export type Summaries = Map<string, Summary>;

const known = new WeakMap<Space, WeakMap<Table, Summaries>>();

/** One store for all walks of a table with the kernel's own effects. */
export function summariesOf(space: Space, table: Table): Summaries {
  const tables = known.get(space) ?? new WeakMap<Table, Summaries>();
  known.set(space, tables);
  const summaries = tables.get(table) ?? new Map<string, Summary>();
  tables.set(table, summaries);
  return summaries;
}

/** The result for `hit`, from the walk of another packet's class that agrees in all that the chain reads. */
export function summarised(
  { space, table, hook, summaries, visit }: TableWalk,
  name: string,
  hit: PacketClass,
  walk: (whole: PacketClass, noted: Noted | undefined) => ChainResult,
): ChainResult {
  const key = summaryKey({ table, hook }, name, hit.env);
  let summary = summaries.get(key);
  if (summary === undefined) {
    const noted = visit === undefined ? undefined : { visits: [], arrivals: new Map() };
    const result = walk({ set: FULL, env: hit.env, doubts: [], decided: undefined }, noted);
    summary = { from: hit.env, result, noted, moved: new WeakMap() };
    summaries.set(key, summary);
  }
  return cut(space, summary, hit);
}

export function summaryKey({ table, hook }: Pick<TableWalk, 'table' | 'hook'>, name: string, env: Env): string {
  return `${name} ${partsKey(env, hook, chainReads(table, name))}`;
}

function cut({ manager }: Space, summary: Summary, hit: PacketClass): ChainResult {
  const moved = summary.moved.get(hit.env) ?? new Map<Env, Env>();
  summary.moved.set(hit.env, moved);
  const to = <T extends PacketClass>(classes: readonly T[]): readonly T[] =>
    classes.flatMap((one) => {
      const set = manager.and(one.set, hit.set);
      if (set === EMPTY) return [];
      const env = moved.get(one.env) ?? patched(hit.env, summary.from, one.env);
      moved.set(one.env, env);
      return [{ ...one, set, env, doubts: joined(hit.doubts, one.doubts), decided: one.decided ?? hit.decided }];
    });
  const { back, accepted, ended } = summary.result;
  return { back: to(back), accepted: to(accepted), ended: to(ended) };
}

function joined(before: PacketClass['doubts'], after: PacketClass['doubts']): PacketClass['doubts'] {
  return before.length === 0 ? after : after.length === 0 ? before : [...before, ...after];
}

/** `env` with what the chain changed between `from` and `to`. */
function patched(env: Env, from: Env, to: Env): Env {
  const changes = (Object.keys(to) as (keyof Env)[]).filter((part) => to[part] !== from[part]);
  return changes.length === 0 ? env : { ...env, ...Object.fromEntries(changes.map((part) => [part, to[part]])) };
}
