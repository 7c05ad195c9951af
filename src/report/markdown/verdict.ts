/** The first lines of a comment: what is wrong, in words and by subject. */

import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { isChange, isOpen, problemsOf } from '../review/problems.ts';
import type { Problem, Review, Subject } from '../review/review.ts';
import { unreadWords } from '../review/unread.ts';
import { markdownProse, table } from './escape.ts';

const MOST_SUBJECTS = 25;

/** `1 error, 2 undecided`; what is known already does not count. */
export function verdictWords(problems: readonly Problem[], diagnostics: readonly Diagnostic[] = []): string {
  const open = problems.filter(isOpen);
  const count = (is: (problem: Problem) => boolean, word: string, plural = `${word}s`): readonly string[] => {
    const number = open.filter(is).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? word : plural}`];
  };
  const failed = (level: Problem['level']) => (problem: Problem) => problem.verdict === 'failed' && problem.level === level;
  const parts = [
    ...count(failed('error'), 'error'),
    ...count(failed('warning'), 'warning'),
    ...count(({ verdict }) => verdict === 'undecided', 'undecided', 'undecided'),
    ...count((problem) => problem.level === 'info' && isChange(problem), 'change'),
    ...unreadWords(diagnostics),
  ];
  return parts.length === 0 ? 'nothing new is wrong' : parts.join(', ');
}

/** One row for a subject, the worst first. */
export function verdictTable({ subjects }: Review): string {
  const ranked = subjects.toSorted((a, b) => weight(b) - weight(a));
  const shown = ranked.slice(0, MOST_SUBJECTS);
  const more = ranked.length - shown.length;
  const rows = shown.map((subject) => {
    const problems = problemsOf({ subjects: [subject] }).map(({ problem }) => problem);
    const count = (verdict: string) => subject.checks.filter((check) => check.verdict === verdict).length;
    const known = problems.filter((problem) => !isOpen(problem)).length;
    return [
      wordOf(problems),
      markdownProse(subject.name),
      verdictWords(problems),
      `${count('passed')} of ${asked(subject)}`,
      String(known),
    ];
  });
  const text = table(['', 'subject', 'verdict', 'checks passed', 'suppressed'], rows);
  return more > 0 ? `${text}\n\n${more} more subjects, none of them worse, are left out of this table.` : text;
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
