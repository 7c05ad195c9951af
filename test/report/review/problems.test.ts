/** How serious problems are: which come first, and which make a run fail. */
import { describe, expect, it } from 'vitest';
import { canFail, isAside, isDefect, isUnprovedChange, problemsOf, worstFirst } from '../../../src/report/review/problems.ts';
import type { Problem } from '../../../src/report/review/review.ts';
import { changed, problem, review, subject } from './handmadeReview.ts';

const MUTED = { by: 'baseline', reason: 'since spring' } as const;
const RANKED: readonly Partial<Problem>[] = [
  { level: 'error', verdict: 'failed' },
  { level: 'error', verdict: 'undecided' },
  { level: 'warning', verdict: 'failed' },
  { level: 'warning', verdict: 'undecided' },
  { level: 'info', verdict: 'failed' },
  { level: 'info', verdict: 'undecided' },
  { level: 'error', verdict: 'failed', muted: MUTED },
  { level: 'info', verdict: 'undecided', muted: MUTED },
];

describe('the worst first', () => {
  const texts = RANKED.map((_, index) => `${index}`);
  const all = RANKED.map((more, index) => problem({ message: `${index}` }, more));
  const order = (problems: readonly Problem[]) => worstFirst(problemsOf(review([subject(problems)]))).map((one) => one.problem.message);
  it('by level, what is broken before what is open, what is known last', () => {
    expect(order(all)).toEqual(texts);
    expect(order(all.toReversed())).toEqual(texts);
  });
  it('equals as they were', () => expect(order([problem({ message: 'b' }), problem({ message: 'a' })])).toEqual(['b', 'a']));
});

describe('a problem that makes a run fail', () => {
  const of = (more: Partial<Problem>) => problem({}, more);
  it.each<[string, Problem, boolean, boolean]>([
    ['an error', of({}), true, true],
    ['a warning', of({ level: 'warning' }), false, true],
    ['a hint', of({ level: 'info' }), false, false],
    ['an open one', of({ verdict: 'undecided' }), false, true],
    ['an open hint', of({ level: 'info', verdict: 'undecided' }), false, true],
    ['one for which the budget was too small', of({ level: 'info', verdict: 'undecided', spent: true }), true, true],
    ['an error that is known', of({ muted: MUTED }), false, false],
    ['an open one that is known', of({ verdict: 'undecided', spent: true, muted: MUTED }), false, false],
    ['a change', changed(), true, true],
    ['a change that may break something', { ...changed(), verdict: 'undecided' }, true, true],
    ['a change that may be one', { ...changed(), verdict: 'undecided', level: 'warning' }, false, true],
  ])('%s', (_, one, plain, strict) => {
    const found = { subject: subject([one]), problem: one };
    expect([isDefect(found, false), isDefect(found, true)]).toEqual([plain, strict]);
    const expected = { subject: subject([one], { kind: 'expectations' }), problem: one };
    expect(isDefect(expected, false)).toBe(one.muted === undefined);
    // what fails a run, a strict one at least, unless it is known
    expect(canFail(one)).toBe(isDefect({ ...found, problem: { ...one, muted: undefined } as unknown as Problem }, true));
  });

  it('is no change that is not proved unless it may break something', () => {
    const open: Problem = { ...changed(), verdict: 'undecided' };
    expect([open, { ...open, level: 'warning' as const }, { ...open, id: 'other' }, changed()].map(isUnprovedChange)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('is no aside, and neither is a change', () => {
    const hint = of({ level: 'info' });
    const change: Problem = { ...changed(), level: 'info' };
    expect([hint, of({ level: 'warning' }), { ...hint, verdict: 'undecided' as const }, change].map(isAside)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
