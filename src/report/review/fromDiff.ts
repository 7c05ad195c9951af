/** What `diff` found as a review. */
import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import { type DiffResults, nameOfPair } from '../json/diffResults.ts';
import { COMPARED, comparisonSubjects, type Naming } from './comparison.ts';
import type { Check, Review, Subject } from './review.ts';

export function toReview({ compared, alone, notes, assumed = [] }: DiffResults, { plain, causesOf }: Omit<Naming, 'nameOf'>): Review {
  const subjects = compared.flatMap((one) => comparisonSubjects(one, { nameOf: nameOfPair, plain, causesOf }));
  const lone = alone.map(({ subject, side }): Subject => {
    const reason = `it is ${side === 'base' ? 'gone' : 'new'}: there is nothing to compare it with`;
    const check: Check = { id: BEHAVIOUR_CHANGED, statement: COMPARED, verdict: 'skipped', reason, problems: [] };
    return { kind: 'comparison', name: subject.name, file: plain(subject.file), checks: [check] };
  });
  return {
    subjects: [...subjects, ...lone],
    diagnostics: [],
    notes: [...new Set([...compared.flatMap(({ diff }) => diff.notes), ...assumed, ...notes])],
  };
}
