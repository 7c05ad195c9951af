/** What a chain does to every packet, walked once and cut to the packets of each caller. */
import { STEPS_OF_A_CLASS } from '../../lib/budget.ts';
import type { Rule, Table } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { cutLarge } from './laidAside.ts';
import { chainReads } from './reads.ts';
import { type Env, type PacketClass, patched } from './state.ts';
import { partsKey } from './stateKeys.ts';
import type { Arrivals, ChainResult, TableWalk } from './tableWalk.ts';

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
export function knownResult(walk: TableWalk, name: string, hit: PacketClass): ChainResult | undefined {
  const summary = walk.summaries.get(summaryKey(walk, name, hit.env));
  return summary && cut(walk, summary, hit);
}

interface Made {
  readonly hit: PacketClass;
  /** of all packets in the state of `hit` */
  readonly result: ChainResult;
  readonly noted: Noted | undefined;
}

/** Remembers what the chain does to all packets, and gives what it does to those of `hit`. */
export function keepSummary(walk: TableWalk, name: string, { hit, result, noted }: Made): ChainResult {
  const summary: Summary = { from: hit.env, result, noted, moved: new WeakMap() };
  walk.summaries.set(summaryKey(walk, name, hit.env), summary);
  walk.space.budget.keep(sizeOf(result));
  return cut(walk, summary, hit);
}

function sizeOf({ back, accepted, ended }: ChainResult): number {
  return back.length + accepted.length + ended.length;
}

export function summaryKey({ table, base }: Pick<TableWalk, 'table' | 'base'>, name: string, env: Env): string {
  return `${name} ${partsKey(env, base.base.hook, chainReads(table, name))}`;
}

function cut(walk: TableWalk, summary: Summary, hit: PacketClass): ChainResult {
  const { space } = walk;
  space.budget.step(sizeOf(summary.result) * STEPS_OF_A_CLASS);
  const moved = summary.moved.get(hit.env) ?? new Map<Env, Env>();
  summary.moved.set(hit.env, moved);
  const to = <T extends PacketClass>(classes: readonly T[]): readonly T[] =>
    classes.flatMap((one) => {
      const own = walk.open !== undefined ? cutLarge(walk, one.set, hit) : { set: space.manager.and(one.set, hit.set) };
      if (own.set === EMPTY) return [];
      const env = moved.get(one.env) ?? patched(hit.env, summary.from, one.env);
      moved.set(one.env, env);
      return [
        {
          ...one,
          ...own,
          env,
          doubts: joined(hit.doubts, one.doubts),
          ...(one.decided === undefined ? { decided: hit.decided, did: hit.did } : {}),
        },
      ];
    });
  const { back, accepted, ended } = summary.result;
  return { back: to(back), accepted: to(accepted), ended: to(ended) };
}

function joined(before: PacketClass['doubts'], after: PacketClass['doubts']): PacketClass['doubts'] {
  return before.length === 0 ? after : after.length === 0 ? before : [...before, ...after];
}
