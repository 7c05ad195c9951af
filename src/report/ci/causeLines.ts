/** One cause of a review: the worst that it breaks with a packet and the rules to blame, what else it breaks, what to do, how to accept it. */

import type { Outcome } from '../../connection/journey.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import { headline } from '../human/headline.ts';
import { rail } from '../human/rail.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { acceptTexts } from '../review/acceptance.ts';
import type { Cause } from '../review/causes.ts';
import { type FoundProblem, isChange } from '../review/problems.ts';
import type { Blamed, Problem, ReviewLocation } from '../review/review.ts';
import { codeFrame } from '../text/codeFrame.ts';
import { fileLine } from '../text/location.ts';
import type { Paint } from '../text/paint.ts';
import { positionOf } from '../text/positions.ts';

interface LineStyle {
  readonly paint: Paint;
  readonly width: number;
}

const COLOURS = { error: 'red', warning: 'yellow', info: 'blue' } as const;
const MOST_RULES = 4;
const MOST_NAMES = 5;
const MOST_ALSO = 6;

type Line = (name: string, text: string) => string;

export function causeLines({ found: [first, ...also], odd, alike, others }: Cause, { paint, width }: LineStyle): readonly string[] {
  const { subject, check, problem } = first;
  const { level, verdict, id, message, family, place, blame, packets, witness, before, remedy } = problem;
  const line: Line = (name, text) => `  ${paragraph({ text: `${name.padEnd(8)} ${printable(text)}`, width: width - 2, hang: 11 })}`;
  const says = verdict === 'undecided' ? 'undecided' : level;
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
    ...(blame.length > MOST_RULES ? [`${INDENT}and ${plural(blame.length - MOST_RULES, 'more rule')}`] : []),
    ...alsoLines(first, also, line),
    ...(odd.length === 0
      ? []
      : [
          line(
            'also',
            `${plural(odd.length, 'class', 'classes')} of packets for other hosts, or with unusual marks, flags or addresses: -v shows them`,
          ),
        ]),
    ...(remedy === undefined ? [] : [line('do', remedy)]),
    // what is pasted is not broken
    ...acceptTexts([first, ...also], others).flatMap(({ paste, where }) => [
      ...paste.map((text, index) => `${index === 0 ? '  accept   ' : INDENT}${printable(text)}`),
      `${INDENT}${paragraph({ text: printable(where), width: width - 11, hang: 11 })}`,
    ]),
    ...(alike.length === 0 ? [] : [line('same', `for ${namesOf(alike)}`)]),
  ];
}

function namesOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** What else the same rules break, and what changed by them: each by a packet, and each change of outcome once. */
function alsoLines(first: FoundProblem, also: readonly FoundProblem[], line: Line): readonly string[] {
  const kinds = [...groupBy([first, ...also], (one) => (isChange(one.problem) ? turnOf(one.problem) : one)).values()];
  const shown = kinds.slice(1, MOST_ALSO + 1);
  const more = kinds.length - 1 - shown.length;
  const family = (problem: Problem) => (problem.family === first.problem.family ? '' : ` (${problem.family === 'ipv4' ? 'IPv4' : 'IPv6'})`);
  return [
    ...shown.map(([{ problem }, ...alike]) => {
      const count = alike.length === 0 ? '' : ` (${alike.length + 1} classes of packets)`;
      return line('also', `${problem.id}${family(problem)}${shownBy(problem)}${count}`);
    }),
    ...(more > 0 ? [`${INDENT}and ${more} more; -v shows them`] : []),
  ];
}

const INDENT = ' '.repeat(11);

function turnOf({ witness, before }: Problem): string {
  return JSON.stringify([before && outcomeOf(before), witness && outcomeOf(witness)]);
}

function outcomeOf({ journey }: TraceInput): Outcome {
  return journey.paths[0]?.outcome ?? journey.outcome;
}

function shownBy({ witness, before }: Problem): string {
  if (witness === undefined) return '';
  const was = before === undefined ? '' : `${outcomeOf(before)} -> `;
  return `: ${packetText(witness.journey.packet)}: ${was}${outcomeOf(witness)}`;
}

interface Head {
  readonly title: string;
  readonly colour: 'red' | 'yellow' | 'blue';
  readonly family: Problem['family'];
  readonly name: string;
  readonly style: LineStyle;
}

/** What is wrong and where, on one line when it fits. */
function headLines({ title, colour, family, name, style: { paint, width } }: Head): readonly string[] {
  const version = family === undefined ? '' : ` (${family === 'ipv4' ? 'IPv4' : 'IPv6'})`;
  const head = `${paint[colour](paint.bold(title))}${version}`;
  const fits = title.length + version.length + 2 + name.length <= width;
  return fits ? [`${head}  ${paint.dim(name)}`] : [head, `  ${paint.dim(name)}`];
}

function exampleLines(name: string, { journey, file, profile }: TraceInput, line: Line): readonly string[] {
  const [path] = journey.paths;
  if (path === undefined) return [];
  const { word, rest } = headline(path, { file, mesh: profile });
  return [line(name, `${packetText(journey.packet)}: ${word} ${rest}`), line('path', rail(path, file))];
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
}

function ruleLines({ place, rule }: Blamed, style: LineStyle): readonly string[] {
  const at = fileLine(place.source.file, rule.line);
  return framed(`  rule     ${rule.chain}#${rule.number} in table ${rule.table}, ${at}`, place, style);
}

function placeLines(name: string, place: ReviewLocation, style: LineStyle): readonly string[] {
  return framed(`  ${name.padEnd(8)} ${printable(place.source.file)}:${positionOf(place).line}`, place, style);
}

function framed(head: string, { source, span }: ReviewLocation, { paint, width }: LineStyle): readonly string[] {
  const end = source.text.indexOf('\n', span.start);
  const line = { start: span.start, end: end < 0 ? span.end : Math.min(span.end, end) };
  const frame = source.text === '' ? undefined : codeFrame({ source, span: line, width: width - 2 });
  return frame === undefined ? [head] : [head, `  ${paint.dim(frame.code)}`, `  ${paint.bold(frame.caret)}`];
}
