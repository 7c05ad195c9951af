/** JUnit's XML as Ant writes and Jenkins reads it: a subject is a suite, a check a test. Nothing is timed, so there are no times. */

import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { namedFile } from '../../syntax/text/source.ts';
import { isDefect } from '../review/problems.ts';
import type { Check, Problem, Review, ReviewStyle, Subject } from '../review/review.ts';
import { positionOf } from '../text/positions.ts';
import { element, xmlText } from '../text/xml.ts';
import { problemLines } from './problemLines.ts';

export function junitXml(review: Review, { strict }: Pick<ReviewStyle, 'strict'>): string {
  const suites = [...unread(review.diagnostics), ...review.subjects.map((subject) => toSuite(subject, strict))];
  const warned = review.diagnostics.filter((one) => !isError(one));
  const said = [...warned.map((one) => `${namedFile(one.source)}:${positionOf(one).line}: ${one.message}`), ...review.notes];
  const all = element({
    name: 'testsuites',
    attributes: { name: 'chainwalk', ...sum(suites.map(({ counts }) => counts)) },
    children: suites.map(({ text }) => `\n${text}`).concat('\n'),
  });
  const notes = said.length === 0 ? '' : `\n<!-- ${comment(said.join('\n'))} -->`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all}${notes}`;
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

function sum(all: readonly Counts[]): Counts {
  const of = (name: keyof Counts) => all.reduce((total, one) => total + one[name], 0);
  return { tests: of('tests'), failures: of('failures'), errors: of('errors'), skipped: of('skipped') };
}

interface Suite {
  readonly text: string;
  readonly counts: Counts;
}

/** An error in a text is a test that could not run. */
function unread(diagnostics: readonly Diagnostic[]): readonly Suite[] {
  const errors = diagnostics.filter(isError);
  if (errors.length === 0) return [];
  const name = 'what cannot be read';
  const cases = errors.map(({ message, source, span }) => {
    const children = [element({ name: 'error', attributes: { message, type: 'unreadable' }, children: [] })];
    return element({
      name: 'testcase',
      attributes: { classname: name, name: `${source.file}:${positionOf({ source, span }).line}` },
      children,
    });
  });
  const counts = { tests: errors.length, failures: 0, errors: errors.length, skipped: 0 };
  const children = cases.map((text) => `\n  ${text}`).concat('\n');
  return [{ counts, text: element({ name: 'testsuite', attributes: { name, ...counts }, children }) }];
}

function toSuite(subject: Subject, strict: boolean): Suite {
  const cases = subject.checks.map((check) => toCase({ subject, check }, strict));
  const count = (kind: Case['kind']) => cases.filter((one) => one.kind === kind).length;
  const counts = { tests: cases.length, failures: count('failure'), errors: 0, skipped: count('skipped') };
  const children = cases.map(({ text }) => `\n  ${text}`).concat('\n');
  return { counts, text: element({ name: 'testsuite', attributes: { name: subject.name, ...counts }, children }) };
}

interface Case {
  readonly kind: 'passed' | 'failure' | 'skipped';
  readonly text: string;
}

interface Asked {
  readonly subject: Subject;
  readonly check: Check;
}

/** What does not make the run fail is said of a test that passed; a test that has only undecided or suppressed answers did not pass. */
function toCase({ subject, check }: Asked, strict: boolean): Case {
  const bad = check.problems.filter((problem) => isDefect({ subject, problem }, strict));
  const rest = check.problems.filter((problem) => !bad.includes(problem));
  const open = rest.filter(({ verdict, muted }) => verdict === 'undecided' || muted !== undefined);
  const skipped = bad.length > 0 ? undefined : check.verdict === 'skipped' ? (check.reason ?? '') : open.map(whySkipped)[0];
  const children = [
    ...(bad.length > 0 ? [failure(bad)] : []),
    ...(skipped === undefined ? [] : [element({ name: 'skipped', attributes: { message: skipped } })]),
    ...(rest.length > 0 ? [element({ name: 'system-out', attributes: {}, children: [xmlText(rest.map(bodyOf).join('\n\n'))] })] : []),
  ];
  const text = element({ name: 'testcase', attributes: { classname: subject.name, name: check.id }, children });
  return { kind: bad.length > 0 ? 'failure' : skipped === undefined ? 'passed' : 'skipped', text };
}

function whySkipped({ message, muted }: Problem): string {
  return muted === undefined ? `undecided: ${message}` : `suppressed by ${muted.by}: ${muted.reason}`;
}

function failure(problems: readonly Problem[]): string {
  const [first] = problems;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  const attributes = { message: `${first?.message ?? ''}${more}`, type: first?.id ?? '' };
  return element({ name: 'failure', attributes, children: [xmlText(problems.map(bodyOf).join('\n\n'))] });
}

function bodyOf(problem: Problem): string {
  return problemLines(problem).join('\n');
}

/** Two hyphens would end it. */
function comment(text: string): string {
  return xmlText(text).replaceAll(/-(?=-|$)/g, '- ');
}
