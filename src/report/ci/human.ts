/** A review for people: the answer first, then every problem with a packet that shows it, last what is known already. */

import { mergeBounds } from '../../connection/bounds.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { headline } from '../human/headline.ts';
import { rail } from '../human/rail.ts';
import { answerLines, failingText } from '../human/verdictLine.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { canFail, type FoundProblem, isChange, isUnprovedChange, problemsOf, worstFirst } from '../review/problems.ts';
import type { Blamed, Problem, Review, ReviewLocation } from '../review/review.ts';
import { unreadWords } from '../review/unread.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import { codeFrame } from '../text/codeFrame.ts';
import { fileLine } from '../text/location.ts';
import type { Paint } from '../text/paint.ts';
import { positionOf } from '../text/positions.ts';

export interface CiStyle {
  readonly paint: Paint;
  readonly width: number;
  readonly strict?: boolean;
}

/** Without a line feed at its end. */
export function humanReview(review: Review, style: CiStyle): string {
  const { paint, width } = style;
  const found = worstFirst(problemsOf(review));
  const open = found.filter(({ problem }) => problem.muted === undefined && canFail(problem));
  const known = found.filter(({ problem }) => problem.muted !== undefined && canFail(problem));
  const asides = found.filter(({ problem }) => problem.muted === undefined && !canFail(problem));
  const changesFirst = asides.toSorted((a, b) => Number(b.subject.kind === 'comparison') - Number(a.subject.kind === 'comparison'));
  return [
    ...answer(review, { open, known, asides, style }),
    ...alike(open).flatMap((group) => ['', ...problemLines(group, style)]),
    ...(asides.length === 0
      ? []
      : ['', ...lineEach(changesFirst, { ...style, title: plural(asides.length, 'hint'), say: ({ message }) => message })]),
    ...(known.length === 0 ? [] : ['', ...lineEach(known, { ...style, title: `${known.length} suppressed`, say: knownWords })]),
    ...(review.notes.length === 0
      ? []
      : ['', ...review.notes.map((note) => paint.dim(paragraph({ text: `note: ${note}`, width, hang: 6 })))]),
  ].join('\n');
}

interface Parts {
  readonly open: readonly FoundProblem[];
  readonly known: readonly FoundProblem[];
  readonly asides: readonly FoundProblem[];
  readonly style: CiStyle;
}

function answer({ subjects, diagnostics }: Review, { open, known, asides, style }: Parts): readonly string[] {
  const count = (is: (problem: Problem) => boolean) => open.filter(({ problem }) => is(problem)).length;
  const errors = count(({ level, verdict }) => verdict === 'failed' && level === 'error');
  const warnings = count(({ level, verdict }) => verdict === 'failed' && level === 'warning');
  const undecided = count(({ verdict }) => verdict === 'undecided');
  const parts = [
    ...(errors === 0 ? [] : [plural(errors, 'error')]),
    ...(warnings === 0 ? [] : [plural(warnings, 'warning')]),
    ...(undecided === 0 ? [] : [`${undecided} undecided`]),
    ...unreadWords(diagnostics),
  ];
  const asked = subjects.reduce((sum, { checks }) => sum + checks.filter(({ verdict }) => verdict !== 'skipped').length, 0);
  const where = `${asked === 0 ? 'no check' : plural(asked, 'check')} of ${subjects.length === 1 ? (subjects[0]?.name ?? '') : plural(subjects.length, 'subject')}`;
  const more = known.length === 0 ? '' : `, ${known.length} suppressed`;
  const changes = [...open, ...asides].filter(({ problem }) => isChange(problem)).length;
  const changed = changes === 0 ? '' : `, behaviour changes for ${plural(changes, 'kind')} of packets`;
  const bounds = mergeBounds(subjects.flatMap((subject) => subject.bounds ?? []));
  const failing = style.strict === true ? diagnostics.filter((one) => !isError(one)).length : 0;
  const sound = asked === 0 ? 'nothing was judged' : known.length === 0 ? 'nothing is wrong' : 'nothing new is wrong';
  const said = parts.length === 0 ? sound : parts.join(', ');
  const fails = errors > 0 || diagnostics.some(isError) || open.some(({ problem }) => isUnprovedChange(problem));
  const isSound = parts.length === 0 && failing === 0 && asked > 0;
  return answerLines(
    {
      text: `${said}${changed}${parts.length === 0 ? unjudgedText(bounds) : ''}${failingText(failing)}`,
      rest: bounds.families.length === 0 ? '' : `scope: ${boundsText(bounds)}${parts.length === 0 ? '' : unjudgedText(bounds)}`,
      colour: isSound ? 'green' : fails ? 'red' : 'yellow',
      tail: `${where}${more}`,
    },
    style,
  );
}

/** The same thing said of several subjects. */
function alike(found: readonly FoundProblem[]): readonly (readonly [FoundProblem, ...FoundProblem[]])[] {
  const groups = new Map<string, [FoundProblem, ...FoundProblem[]]>();
  for (const one of found) {
    const { id, level, message, packets, blame } = one.problem;
    const key = JSON.stringify([id, level, message, packets, blame.map(({ text }) => text), one.subject.kind]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

const COLOURS = { error: 'red', warning: 'yellow', info: 'blue' } as const;
const MOST_RULES = 4;
const MOST_NAMES = 5;

function problemLines(
  [{ subject, check, problem }, ...others]: readonly [FoundProblem, ...FoundProblem[]],
  { paint, width }: CiStyle,
): readonly string[] {
  const { level, verdict, id, message, family, place, blame, packets, witness, before, remedy } = problem;
  const line = (name: string, text: string) =>
    `  ${paragraph({ text: `${name.padEnd(8)} ${printable(text)}`, width: width - 2, hang: 11 })}`;
  const says = verdict === 'undecided' ? 'undecided' : level;
  const names = others.slice(0, MOST_NAMES).map((one) => one.subject.name);
  const more = others.length - names.length;
  const spent = blame.some((one) => one.place.span.start === place?.span.start && one.place.source === place.source);
  const isOwnPlace = place !== undefined && !spent;
  const titled = { title: `${says}: ${printable(id)}`, colour: COLOURS[level], family, name: printable(subject.name) };
  return [
    ...headLines({ ...titled, style: { paint, width } }),
    `  ${paragraph({ text: printable(witness === undefined || before !== undefined ? sentence(message) : check.statement), width: width - 2, hang: 2 })}`,
    ...(packets === undefined || before !== undefined
      ? []
      : [verdict === 'undecided' ? line('packets', packets) : line('broken', `for ${packets}`)]),
    ...(before === undefined ? [] : exampleLines('before', before, line)),
    ...(witness === undefined ? [] : exampleLines(before === undefined ? 'example' : 'now', witness, line)),
    ...(witness === undefined || subject.kind !== 'expectations' ? [] : [line('because', message.replace(`\`${id}\`: `, ''))]),
    ...(isOwnPlace ? placeLines('place', place, { paint, width }) : []),
    ...blame.slice(0, MOST_RULES).flatMap((rule) => ruleLines(rule, { paint, width })),
    ...(blame.length > MOST_RULES ? [line('', `and ${plural(blame.length - MOST_RULES, 'more rule')}`)] : []),
    ...(remedy === undefined ? [] : [line('do', remedy)]),
    ...(others.length === 0 ? [] : [line('same', `for ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`)]),
  ];
}

interface Head {
  readonly title: string;
  readonly colour: 'red' | 'yellow' | 'blue';
  readonly family: Problem['family'];
  readonly name: string;
  readonly style: CiStyle;
}

/** What is wrong and where, on one line when it fits. */
function headLines({ title, colour, family, name, style: { paint, width } }: Head): readonly string[] {
  const version = family === undefined ? '' : ` (${family === 'ipv4' ? 'IPv4' : 'IPv6'})`;
  const head = `${paint[colour](paint.bold(title))}${version}`;
  const fits = title.length + version.length + 2 + name.length <= width;
  return fits ? [`${head}  ${paint.dim(name)}`] : [head, `  ${paint.dim(name)}`];
}

function exampleLines(
  name: string,
  { journey, file, profile }: TraceInput,
  line: (name: string, text: string) => string,
): readonly string[] {
  const [path] = journey.paths;
  if (path === undefined) return [];
  const { word, rest } = headline(path, { file, mesh: profile });
  return [line(name, `${packetText(journey.packet)}: ${word} ${rest}`), line('path', rail(path, file))];
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function ruleLines({ place, rule }: Blamed, style: CiStyle): readonly string[] {
  const at = fileLine(place.source.file, rule.line);
  return framed(`  rule     ${rule.chain}#${rule.number} in table ${rule.table}, ${at}`, place, style);
}

function placeLines(name: string, place: ReviewLocation, style: CiStyle): readonly string[] {
  return framed(`  ${name.padEnd(8)} ${printable(place.source.file)}:${positionOf(place).line}`, place, style);
}

function framed(head: string, { source, span }: ReviewLocation, { paint, width }: CiStyle): readonly string[] {
  const end = source.text.indexOf('\n', span.start);
  const line = { start: span.start, end: end < 0 ? span.end : Math.min(span.end, end) };
  const frame = source.text === '' ? undefined : codeFrame({ source, span: line, width: width - 2 });
  return frame === undefined ? [head] : [head, `  ${paint.dim(frame.code)}`, `  ${paint.bold(frame.caret)}`];
}

interface Listed extends CiStyle {
  readonly title: string;
  readonly say: (problem: Problem) => string;
}

const MOST_LISTED = 6;

function lineEach(found: readonly FoundProblem[], { paint, width, title, say }: Listed): readonly string[] {
  const groups = alike(found);
  const lines = groups.slice(0, MOST_LISTED).map(([{ subject, problem }, ...others]) => {
    const at = problem.place === undefined ? subject.name : `${problem.place.source.file}:${positionOf(problem.place).line}`;
    const same = others.length === 0 ? '' : `; the same for ${others.length} more`;
    return `  ${paragraph({ text: printable(`${problem.id}  ${at}: ${say(problem)}${same}`), width: width - 2, hang: 4 })}`;
  });
  const more = groups.length - lines.length;
  return [paint.bold(`${title}:`), ...lines, ...(more > 0 ? [`  and ${more} more; -o json lists all`] : [])];
}

function knownWords({ muted }: Problem): string {
  return muted === undefined ? '' : `${muted.reason} (${muted.by})`;
}
