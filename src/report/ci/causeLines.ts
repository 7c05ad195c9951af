/** One cause of a review: the worst that it breaks with a packet and the rules to blame, what else it breaks, what to do, how to accept it. */

import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import type { ProvedFix } from '../../prove/proof/provedFix.ts';
import { alsoLine, alsoLines } from '../human/also.ts';
import { headline } from '../human/headline.ts';
import { rail } from '../human/rail.ts';
import { framedLines, ruleFrames } from '../human/ruleFrames.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { acceptTexts } from '../review/acceptance.ts';
import type { Cause } from '../review/causes.ts';
import { kindsOf, twinOf } from '../review/kinds.ts';
import type { ReviewLocation } from '../review/review.ts';
import { editWords, openWords, unbrokenWords } from '../text/fixWords.ts';
import { LEVEL_COLOURS } from '../text/labels.ts';
import type { Paint } from '../text/paint.ts';
import { positionOf } from '../text/positions.ts';

interface LineStyle {
  readonly paint: Paint;
  readonly width: number;
}

const MOST_NAMES = 5;

type Line = (name: string, text: string) => string;

export function causeLines({ found: [first, ...also], odd, alike, others }: Cause, { paint, width }: LineStyle): readonly string[] {
  const { subject, check, problem } = first;
  const { level, verdict, id, message, place, blame, packets, witness, before, remedy, fix } = problem;
  const line: Line = (name, text) => `  ${paragraph({ text: `${name.padEnd(8)} ${printable(text)}`, width: width - 2, hang: 11 })}`;
  const kinds = kindsOf([first, ...also]);
  const says = verdict === 'undecided' ? 'undecided' : level;
  const spent = blame.some((one) => one.place.span.start === place?.span.start && one.place.source === place.source);
  const isOwnPlace = place !== undefined && !spent;
  const titled = {
    title: `${says}: ${printable(id)}`,
    colour: LEVEL_COLOURS[level],
    families: kinds[0].families,
    name: printable(subject.name),
  };
  return [
    ...headLines({ ...titled, style: { paint, width } }),
    `  ${paragraph({ text: printable(witness === undefined || before !== undefined ? sentence(message) : check.statement), width: width - 2, hang: 2 })}`,
    ...(packets === undefined || before !== undefined
      ? []
      : [verdict === 'undecided' ? line('packets', packets) : line('broken', `for ${packets}`)]),
    ...(before === undefined ? [] : exampleLines('before', before, line)),
    ...(witness === undefined ? [] : exampleLines(before === undefined ? 'example' : 'now', witness, line)),
    ...(witness === undefined || subject.kind !== 'expectations' ? [] : [line('reason', message.replace(`\`${id}\`: `, ''))]),
    ...(isOwnPlace ? placeLines('place', place, { paint, width }) : []),
    ...ruleFrames(blame, { paint, width }, twinOf(kinds[0])),
    ...alsoLines(kinds, { paint, width }),
    ...(odd.length === 0 ? [] : [alsoLine(oddWords(odd.length), width)]),
    ...(fix === undefined ? (remedy === undefined ? [] : [line('fix', remedy)]) : fixedLines(fix, line)),
    // what is pasted is not broken
    ...acceptTexts([first, ...also], others).flatMap(({ paste, where }) => [
      ...paste.map((text, index) => `${index === 0 ? '  accept   ' : INDENT}${printable(text)}`),
      `${INDENT}${paragraph({ text: printable(where), width: width - 11, hang: 11 })}`,
    ]),
    ...(alike.length === 0 ? [] : [line('same', `for ${namesOf(alike)}`)]),
  ];
}

/** What is written, and what it is proved to do. */
function fixedLines(fix: ProvedFix, line: Line): readonly string[] {
  const { edits, mends, open } = fix;
  const words = [...new Set(edits.map(editWords))].join(', ');
  const gone = [...new Set(mends.map(({ claim }) => claim))].join(', ');
  const stays = open.length === 0 ? '' : `; still broken then: ${openWords(fix)}`;
  const inserted = edits.flatMap(({ kind, rule }) => (kind === 'insert' ? [`${INDENT}${printable(rule)}`] : []));
  return [line('fix', `${words}: it fixes ${gone}, ${unbrokenWords(fix)}${stays}`), ...inserted];
}

function oddWords(count: number): string {
  return `${plural(count, 'class', 'classes')} of packets for other hosts, or with unusual marks, flags or addresses: -v shows them`;
}

function namesOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const INDENT = ' '.repeat(11);

interface Head {
  readonly title: string;
  readonly colour: 'red' | 'yellow' | 'blue';
  /** ` (IPv4)` */
  readonly families: string;
  readonly name: string;
  readonly style: LineStyle;
}

/** What is wrong and where, on one line when it fits. */
function headLines({ title, colour, families, name, style: { paint, width } }: Head): readonly string[] {
  const head = `${paint[colour](paint.bold(title))}${families}`;
  const fits = title.length + families.length + 2 + name.length <= width;
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

function placeLines(name: string, place: ReviewLocation, style: LineStyle): readonly string[] {
  return framedLines(`  ${name.padEnd(8)} ${printable(place.source.file)}:${positionOf(place).line}`, place, style);
}
