/** Reviews made by hand, with texts that try to break out of every format. */
import fc from 'fast-check';
import { blamed } from '../../../src/report/review/fromVerified.ts';
import type { Problem, Review, Subject } from '../../../src/report/review/review.ts';
import type { Rule } from '../../../src/ruleset/ruleset.ts';
import type { Source } from '../../../src/syntax/text/source.ts';
import { journey, path, rule, walk } from '../handmade.ts';

export interface Texts {
  readonly message: string;
  /** in the comment of a rule */
  readonly comment: string;
  readonly file: string;
  readonly id: string;
  readonly reason: string;
}

export const PLAIN_TEXTS: Texts = { message: 'it is so', comment: 'why', file: 'net/pod.rules', id: 'no-redirect-loop', reason: 'known' };

const PIECES = [
  '\n',
  '\r\n',
  '\r',
  '\t',
  '%',
  '%0A',
  '%25',
  ':',
  '::',
  ',',
  '=',
  ']]>',
  '<!--',
  '-->',
  '--',
  '-',
  '&',
  '&amp;',
  '"',
  "'",
  '|',
  '\\',
  '\\|',
  '`',
  '```',
  '~~~',
  '<details>',
  '</details>',
  '<img src=x onerror=alert(1)>',
  '<script>',
  '[a](b)',
  '![a](b)',
  '](',
  '[',
  ']',
  '**',
  '_',
  '#1',
  '@octocat',
  'octo/cat#5',
  ':100:',
  '* ',
  '# ',
  '1. ',
  '> ',
  '| --- |',
  '$x$',
  '$$',
  'https://example.com',
  'www.example.com',
  'a@example.com',
  '::error::x',
  '::add-mask::x',
  '##[error]x',
  'end',
  ';',
  '{',
  '}',
  '{0}',
  '()',
  '-->|x|',
  '\u0000',
  '\u001b[31m',
  '\u0007',
  '\u0085',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ufffe',
  '\uffff',
  '\ud800',
  '\udc00',
  '🚦',
  '目录',
  'é',
  ' ',
  '  ',
  'word',
  'pod',
];

export const hostile: fc.Arbitrary<string> = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(''));

export const hostileTexts: fc.Arbitrary<Texts> = fc.record({
  message: hostile,
  comment: hostile,
  file: hostile,
  id: hostile,
  reason: hostile,
});

/** A rule at the given line of a text in which every other line is a comment. */
export function placedRule({ comment, file }: Pick<Texts, 'comment' | 'file'>, line = 3): { readonly rule: Rule; readonly source: Source } {
  const body = `-m comment --comment "${comment}" -j DROP`;
  const text = `-A OUTPUT ${body}`;
  const before = '# more\n'.repeat(line - 1);
  const known = rule({ chain: 'OUTPUT', number: 1, body, target: 'DROP', line });
  return {
    rule: { ...known, span: { start: before.length, end: before.length + text.length } },
    source: { file, text: `${before}${text}\n` },
  };
}

export function problem(texts: Partial<Texts> = {}, more: Partial<Problem> = {}): Problem {
  const { message, comment, file, id } = { ...PLAIN_TEXTS, ...texts };
  const { rule: by, source } = placedRule({ comment, file });
  const step = { kind: 'rule', hook: 'OUTPUT', rule: by, verdict: 'DROP' } as const;
  const leg = { sender: 'app', walk: walk({ steps: [{ kind: 'hook', hook: 'OUTPUT' }, step], fate: { kind: 'dropped', by } }) };
  const one = blamed(by, source);
  return {
    id,
    level: 'error',
    verdict: 'failed',
    message,
    family: 'ipv4',
    place: one.place,
    blame: [one],
    packets: `tcp ${comment}`,
    witness: { journey: journey([path('dropped', [leg])]), file, defaults: [], source },
    remedy: `do not ${message}`,
    fingerprint: '0123456789abcdef0123456789abcdef',
    ...more,
  };
}

/** A class of packets that is treated differently than before. */
export function changed(texts: Partial<Texts> = {}): Problem {
  const { witness, ...rest } = problem({ id: 'behaviour-changed', ...texts });
  return witness === undefined ? rest : { ...rest, witness, before: witness };
}

export function subject(problems: readonly Problem[], more: Partial<Subject> = {}): Subject {
  const checks = problems.map((one) => ({ id: one.id, statement: 'It is not so.', verdict: one.verdict, problems: [one] }));
  return { kind: 'rules', name: 'net/pod.rules', file: problems[0]?.place?.source.file ?? 'net/pod.rules', checks, ...more };
}

export function review(subjects: readonly Subject[], more: Partial<Review> = {}): Review {
  return { subjects, diagnostics: [], notes: [], ...more };
}

/** Every kind of problem with these texts. */
export function hostileReview(texts: Texts): Review {
  const muted = { by: 'comment', reason: texts.reason } as const;
  const { place } = problem(texts);
  const problems = [problem(texts), problem(texts, { level: 'warning', muted }), problem(texts, { verdict: 'undecided' }), changed(texts)];
  const span = { start: 0, end: 3 };
  const diagnostics =
    place === undefined ? [] : [{ kind: 'warning', message: texts.message, help: texts.comment, source: place.source, span } as const];
  return review([subject(problems, { name: texts.file, file: texts.file })], { diagnostics, notes: [texts.reason] });
}

export const STYLE = { version: '0.1.0', strict: false };
