/** The first lines of a comment: what is wrong, in words and by subject. */

import { plural } from '../../lib/plural.ts';
import { isChange, isOpen, problemsOf } from '../review/problems.ts';
import type { Problem, Review, Subject } from '../review/review.ts';
import { tallyOf } from '../review/verdict.ts';
import { changeWords, countWords } from '../text/tally.ts';
import { markdownProse, table } from './escape.ts';

const MOST_SUBJECTS = 25;

/** `1 error, 2 undecided; 3 classes of packets change`; what is known already does not count. */
function wordsOf(subject: Subject): string {
  const tally = tallyOf(problemsOf({ subjects: [subject] }));
  const parts = [countWords(tally), changeWords(tally)].filter((words) => words !== '');
  return parts.length === 0 ? (tally.suppressed === 0 ? 'no errors or warnings' : 'no new errors or warnings') : parts.join('; ');
}

/** One row for a subject that did not pass, the worst first; those that did are counted. Undefined where all did. */
export function verdictTable({ subjects }: Review): string | undefined {
  const ranked = subjects.filter((one) => weight(one) > 0).toSorted((a, b) => weight(b) - weight(a));
  if (ranked.length === 0) return undefined;
  const passed = subjects.length - ranked.length;
  const shown = ranked.slice(0, MOST_SUBJECTS);
  const more = ranked.length - shown.length;
  const rows = shown.map((subject) => {
    const problems = problemsOf({ subjects: [subject] }).map(({ problem }) => problem);
    const count = (verdict: string) => subject.checks.filter((check) => check.verdict === verdict).length;
    const known = problems.filter((problem) => !isOpen(problem)).length;
    return [wordOf(problems), markdownProse(subject.name), wordsOf(subject), `${count('passed')} of ${asked(subject)}`, String(known)];
  });
  const text = table(['', 'file or pod', 'verdict', 'checks passed', 'suppressed'], rows);
  const rest = [
    ...(more > 0 ? [`${more} more files and pods, none of them worse, are left out of this table.`] : []),
    ...(passed > 0 ? [`${plural(passed, 'other file or pod', 'other files and pods')} passed.`] : []),
  ];
  return rest.length === 0 ? text : `${text}\n\n${rest.join(' ')}`;
}

function asked({ checks }: Subject): number {
  return checks.filter(({ verdict }) => verdict !== 'skipped').length;
}

function wordOf(problems: readonly Problem[]): string {
  const open = problems.filter(isOpen);
  if (open.some(({ verdict, level }) => verdict === 'failed' && level === 'error')) return '**FAILED**';
  if (open.some(({ verdict, level }) => verdict === 'failed' && level === 'warning')) return 'WARNING';
  if (open.some(({ verdict }) => verdict === 'undecided')) return 'UNDECIDED';
  return open.some(isChange) ? 'CHANGED' : 'PASSED';
}

function weight({ checks }: Subject): number {
  const word = wordOf(checks.flatMap(({ problems }) => problems));
  return ['PASSED', 'CHANGED', 'UNDECIDED', 'WARNING', '**FAILED**'].indexOf(word);
}
