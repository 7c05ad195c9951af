/** Subjects of two sides, matched and compared. */

import type { ChangedClass } from '../../diff/classes.ts';
import { editsOf } from '../../diff/edits.ts';
import type { Sides } from '../../diff/question.ts';
import type { DiffScene } from '../../diff/rulesets.ts';
import type { BudgetLimits } from '../../lib/budget.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { causesOfChange, type DiffCause } from '../../pods/changeCauses.ts';
import { type DiffMemory, type DiffSubject, diffSubjects, type SubjectsDiff } from '../../pods/compareSubjects.ts';
import { identityChanges } from '../../pods/identityChanges.ts';
import type { PodMemory } from '../../pods/podMemory.ts';
import type { Compared, DiffResults } from '../../report/json/diffResults.ts';
import { withReasons } from './unreached.ts';

export interface CompareOptions {
  readonly where: DiffScene['where'];
  readonly memory: PodMemory;
  /** of each pair */
  readonly limits: () => BudgetLimits;
  readonly tell: (what: string) => void;
}

export type Matched = Pick<DiffResults, 'alone'> & { readonly pairs: readonly Sides<DiffSubject>[] };

/** By name; one of each is a pair whatever it is called. */
export function matched({ base, head }: Sides<readonly DiffSubject[]>): Matched {
  const [one, other] = [base[0], head[0]];
  if (base.length === 1 && head.length === 1 && one !== undefined && other !== undefined)
    return { pairs: [{ base: one, head: other }], alone: [] };
  const named = new Map(base.map((subject) => [subject.name, subject]));
  const there = new Set(head.map(({ name }) => name));
  return {
    pairs: head.flatMap((subject) => {
      const before = named.get(subject.name);
      return before === undefined ? [] : [{ base: before, head: subject }];
    }),
    alone: [
      ...base.filter(({ name }) => !there.has(name)).map((subject) => ({ side: 'base' as const, subject })),
      ...head.filter(({ name }) => !named.has(name)).map((subject) => ({ side: 'head' as const, subject })),
    ],
  };
}

/** Pairs of which the same was proved are one result. */
export function compareAll(pairs: readonly Sides<DiffSubject>[], { where, memory, limits, tell }: CompareOptions): readonly Compared[] {
  const proofs: DiffMemory = { proved: new Map() };
  const wordsLater = pairs.length === 1 ? true : undefined;
  const answers = pairs.map((pair, index) => {
    tell(`comparing ${index + 1} of ${pairs.length}, ${proofs.proved.size} different so far`);
    return { pair, diff: diffSubjects(pair, { where, limits, wordsLater }, proofs) };
  });
  return [...groupBy(answers, ({ diff }) => diff)].flatMap(([diff, group]) => {
    const [first, ...alike] = group.map(({ pair }) => pair);
    if (first === undefined) return [];
    const identity = identityChanges(first);
    const causes = new Map([...causesOf(first, diff, memory), ...identity.map(({ change, cause }) => [change, [cause]] as const)]);
    const diffs = diff.diffs.map((one) =>
      one.family === 4 ? { ...one, changes: [...identity.map(({ change }) => change), ...one.changes] } : one,
    );
    return [{ pair: first, diff: { ...diff, diffs }, alike, causes, edits: harmlessEdits(first, diff, limits) }];
  });
}

/** More changes than people read have no causes. */
const MOST_CAUSES = 24;

/** Of one pair, whatever was proved at once with it. */
export function causesIn(memory: PodMemory) {
  return ({ base, head }: Sides<DiffSubject>, { example }: ChangedClass): readonly DiffCause[] =>
    base.pod === undefined || head.pod === undefined ? [] : causesOfChange({ base: base.pod, head: head.pod }, example, memory);
}

function causesOf({ base, head }: Sides<DiffSubject>, { diffs, firstLeg }: SubjectsDiff, memory: PodMemory): Compared['causes'] {
  const causes = new Map<ChangedClass, readonly DiffCause[]>();
  const pods = { base: base.pod, head: head.pod };
  if (pods.base === undefined || pods.head === undefined) return causes;
  for (const change of diffs.flatMap(({ changes }) => changes).slice(0, MOST_CAUSES)) {
    const found = firstLeg ? [] : causesOfChange({ base: pods.base, head: pods.head }, change.example, memory);
    causes.set(change, found);
  }
  return causes;
}

function harmlessEdits({ base, head }: Sides<DiffSubject>, { diffs }: SubjectsDiff, limits: CompareOptions['limits']): Compared['edits'] {
  if (diffs.some(({ changes, undecided }) => changes.length + undecided.length > 0)) return [];
  return base.rulesets.flatMap((one) => {
    const other = head.rulesets.find(({ family }) => family === one.family);
    return other === undefined ? [] : withReasons(editsOf(one, other), other, { host: head.host, limits });
  });
}
