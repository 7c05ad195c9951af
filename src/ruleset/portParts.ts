/** Where a port out of a range makes a difference: the kernel may pick any, so each part that some later rule or listener distinguishes is one way. */

import type { IntervalSet } from '../lib/intervals.ts';
import { memoize } from '../lib/memo.ts';
import type { PortRange } from '../netfilter/effect.ts';
import { everyMatch } from '../netfilter/everyEffect.ts';
import type { HookName } from '../netfilter/hooks.ts';
import { eachLeaf, type MatchExpr } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import type { Ruleset } from './ruleset.ts';
import { basesOf, meetsAnswersBeforeNat } from './stages.ts';

export interface PickedPort {
  readonly range: PortRange;
  readonly manip: 'src' | 'dst';
  readonly hook: HookName;
  readonly oif: string | undefined;
  /** ports of listeners */
  readonly listeners: readonly number[];
}

/** Answers for one hook of one host. */
export type PartsOf = (picked: Pick<PickedPort, 'range' | 'manip' | 'oif'>) => readonly number[];

/** More parts are not distinguished: the first ones stand for the rest. */
const MAX_PARTS = 16;

/** The lowest port of each part of the range. */
export function portParts(ruleset: Ruleset, { range, manip, hook, oif, listeners }: PickedPort): readonly number[] {
  // after its source is rewritten a packet meets rules again only when it comes back over lo; its answers meet those before NAT
  const again = manip === 'dst' || (hook === 'POSTROUTING' && oif === 'lo');
  const special = manip === 'dst' ? listeners.flatMap((port) => [port, port + 1]) : [];
  const asked = [...(again ? boundaries(ruleset, manip) : []), ...boundariesOfAnswers(ruleset, manip)];
  return [...new Set([range.lo, ...asked, ...special])]
    .filter((port) => range.lo <= port && port <= range.hi)
    .sort((a, b) => a - b)
    .slice(0, MAX_PARTS);
}

const ASKED: Readonly<Record<'src' | 'dst', ReadonlySet<Field>>> = {
  src: new Set<Field>(['sport', 'ctrepldport']),
  dst: new Set<Field>(['dport', 'ctreplsport']),
};

/** What answers show of the picked port, before NAT turns them back. */
const ANSWERED: Readonly<Record<'src' | 'dst', Field>> = { src: 'dport', dst: 'sport' };

const boundariesOfAnswers = memoize(({ tables }: Ruleset, manip: 'src' | 'dst'): ReadonlySet<number> => {
  const found = new Set<number>();
  for (const table of tables.values()) {
    const { chains } = table;
    const asked: readonly Field[] = [
      manip === 'src' ? 'ctrepldport' : 'ctreplsport',
      ...(meetsAnswersBeforeNat(table, manip) ? [ANSWERED[manip]] : []),
    ];
    for (const { rules } of chains.values())
      for (const match of rules.flatMap(everyMatch)) addBoundaries(found, match, (field) => asked.includes(field));
  }
  return found;
});

function addBoundaries(found: Set<number>, match: MatchExpr, isAsked: (field: Field) => boolean): void {
  const add = (field: Field | undefined, intervals: IntervalSet): void => {
    if (field === undefined || !isAsked(field)) return;
    for (const { lo, hi } of intervals) found.add(lo as number).add((hi as number) + 1);
  };
  eachLeaf(match, (leaf) => {
    if (leaf.kind === 'in') add(leaf.field, leaf.intervals);
    // rows are taken one by one: ports of two rows may be neighbours
    else if (leaf.kind === 'tuple')
      for (const row of leaf.rows) for (const [at, intervals] of row.entries()) add(leaf.fields[at], intervals);
  });
}

/** First ports of the intervals that later rules ask about, and first ports after them. */
const boundaries = memoize(({ tables }: Ruleset, manip: 'src' | 'dst'): ReadonlySet<number> => {
  const found = new Set<number>();
  for (const table of tables.values()) {
    // a connection whose source is rewritten has been through the chains of nat
    if (manip === 'src' && basesOf(table).every(({ base }) => base.kind === 'nat')) continue;
    for (const { rules } of table.chains.values())
      for (const match of rules.flatMap(everyMatch)) addBoundaries(found, match, (field) => ASKED[manip].has(field));
  }
  return found;
});
