/** Findings of a comment: changed classes as a table, every cause folded, hints and what is suppressed as lists. */

import type { Outcome } from '../../connection/journey.ts';
import { plural } from '../../lib/plural.ts';
import { packetText } from '../../packet/notation.ts';
import type { ProvedFix } from '../../prove/proof/provedFix.ts';
import { rail } from '../human/rail.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { acceptTexts } from '../review/acceptance.ts';
import { type Cause, toldCauses } from '../review/causes.ts';
import { wholeReplacement } from '../review/fixPatch.ts';
import type { FoundProblem } from '../review/problems.ts';
import type { Blamed, Problem, ReviewLocation } from '../review/review.ts';
import { codeFrame } from '../text/codeFrame.ts';
import { editWords, openWords, unbrokenWords } from '../text/fixWords.ts';
import { positionOf } from '../text/positions.ts';
import { code, codeBlock, codeCell, html, markdownProse, table } from './escape.ts';

const MOST_CHANGES = 20;
/** Words of a class are long where it has many ranges. */
const MOST_CHARACTERS = 300;

/** Classes of packets that are treated differently than before; none: no table. */
export function changesTable(found: readonly FoundProblem[]): string | undefined {
  const all = found.filter(({ problem: { before, witness } }) => before !== undefined && witness !== undefined);
  const usual = all.filter(({ problem }) => problem.isUnusual !== true);
  const changes = usual.length > 0 ? usual : all;
  if (changes.length === 0) return undefined;
  const rows = changes
    .slice(0, MOST_CHANGES)
    .map(({ problem: { packets, before, witness, blame } }) => [
      codeCell(shortened(packets ?? (witness === undefined ? '' : packetText(witness.journey.packet)))),
      before?.journey.outcome ?? '',
      `**${witness?.journey.outcome ?? ''}**${before?.journey.outcome === witness?.journey.outcome ? ', another way' : ''}`,
      blame[0] === undefined ? '' : codeCell(shortened(blame[0].text)),
    ]);
  const more = all.length - rows.length;
  return (
    table(['packets', 'before', 'now', 'decided by'], rows) +
    (more > 0 ? `\n\n${more} more classes change; they are among the findings.` : '')
  );
}

/** Every cause, folded. */
export function foldedCauses(found: readonly FoundProblem[]): readonly string[] {
  return toldCauses(found).map(folded);
}

const MOST_NAMES = 5;

/** `no-dead-rule (IPv4), net/pod.rules and 3 more` */
function titleOf({ found: [{ subject, problem }], alike }: Cause, as: (text: string) => string): string {
  const names = [subject.name, ...alike];
  const more = names.length - MOST_NAMES;
  const words = `${as(problem.id)}${familyText(problem)}, ${names.slice(0, MOST_NAMES).map(as).join(', ')}`;
  return `${words}${more > 0 ? ` and ${more} more` : ''}`;
}

function familyText({ family }: Problem): string {
  return family === undefined ? '' : ` (${family === 'ipv4' ? 'IPv4' : 'IPv6'})`;
}

function folded(cause: Cause): string {
  const { found, odd, others } = cause;
  const [{ problem }, ...also] = found;
  const { level, verdict, message, packets, before, witness, blame, place, remedy, fix } = problem;
  const words = verdict === 'undecided' ? 'undecided' : level;
  const points = [
    ...(packets === undefined ? [] : [`for ${code(packets)}`]),
    ...(before === undefined ? [] : ways('before', before)),
    ...(witness === undefined ? [] : ways(before === undefined ? 'example' : 'now', witness)),
    ...alsoPoints(also),
    ...(odd.length === 0 ? [] : [`and ${ODD(odd.length)}`]),
  ];
  const lines = [
    markdownProse(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`),
    ...(points.length === 0 ? [] : [points.map((point) => `* ${point}`).join('\n')]),
    ...frames(place, blame),
    ...(fix !== undefined ? fixText(fix) : remedy === undefined ? [] : [`What to do: ${markdownProse(remedy)}`]),
    ...acceptTexts(found, others).map(({ paste, where }) => `To accept it, ${markdownProse(where)}:\n\n${codeBlock(paste)}`),
  ];
  const more = also.length === 0 ? '' : ` and ${also.length} more by the same rules`;
  return `<details><summary>${words}: ${titleOf(cause, html)}${more}</summary>\n\n${lines.join('\n\n')}\n\n</details>`;
}

/** As the block that GitHub offers to commit, where the comment stands at those lines. */
function fixText(fix: ProvedFix): readonly string[] {
  const { edits, mends, open } = fix;
  const whole = wholeReplacement(fix);
  if (whole === undefined) return [];
  const { start, end, lines } = whole;
  const where = end - start > 1 ? `lines ${start} to ${end - 1}` : `line ${start}`;
  const stays = open.length === 0 ? '' : `; still broken then: ${markdownProse(openWords(fix))}`;
  const claims = [...new Set(mends.map(({ claim }) => claim))].join(', ');
  const words = [...new Set(edits.map(editWords))].join(', ');
  return [
    `Fix: ${markdownProse(words)}, in ${markdownProse(fix.source.file)}. It fixes ${markdownProse(claims)}, ${markdownProse(unbrokenWords(fix))}${stays}. Instead of ${where}:`,
    codeBlock(lines, 'suggestion'),
  ];
}

const ODD = (count: number) =>
  `${plural(count, 'class', 'classes')} of packets for other hosts, or with unusual marks, flags or addresses; the format json has them`;
const MOST_ALSO = 12;

function alsoPoints(also: readonly FoundProblem[]): readonly string[] {
  const more = also.length - MOST_ALSO;
  const shown = also.slice(0, MOST_ALSO).map(({ problem }) => {
    const { id, witness, before } = problem;
    if (witness === undefined) return `also ${markdownProse(id)}${familyText(problem)}`;
    const was = before === undefined ? '' : `${outcomeOf(before)} becomes `;
    return `also ${markdownProse(id)}${familyText(problem)}: ${code(packetText(witness.journey.packet))}: ${was}**${outcomeOf(witness)}**`;
  });
  return [...shown, ...(more > 0 ? [`and ${more} more; the format json has them`] : [])];
}

function outcomeOf({ journey }: TraceInput): Outcome {
  return journey.paths[0]?.outcome ?? journey.outcome;
}

const MOST_LISTED = 50;

/** One line for each, as items of a list. */
export function listedProblems(found: readonly FoundProblem[]): readonly string[] {
  const causes = toldCauses(found, true);
  const lines = causes.slice(0, MOST_LISTED).map((cause) => {
    const { message, muted } = cause.found[0].problem;
    const by = muted === undefined ? '' : ` (${muted.by}: ${markdownProse(muted.reason)})`;
    return `* ${titleOf(cause, markdownProse)}: ${markdownProse(message)}${by}`;
  });
  const more = causes.length - lines.length;
  return [...lines, ...(more > 0 ? [`* and ${more} more; the format json has all`] : [])];
}

function ways(name: string, { journey, file }: TraceInput): readonly string[] {
  const [path] = journey.paths;
  if (path === undefined) return [];
  return [`${name} ${code(packetText(journey.packet))}: **${path.outcome}**`, `path ${code(rail(path, file))}`];
}

const MOST_RULES = 4;
const WIDTH = 100;

function frames(place: ReviewLocation | undefined, blame: readonly Blamed[]): readonly string[] {
  const isRule = blame.some((one) => one.place === place);
  const own = place === undefined || isRule ? [] : framed(place, `${place.source.file}:${positionOf(place).line}`);
  const rules = blame.slice(0, MOST_RULES).flatMap(({ place: at, rule }) => {
    return framed(at, `${rule.table} ${rule.chain}#${rule.number}, ${at.source.file}:${rule.line}`);
  });
  const more = blame.length - MOST_RULES;
  const lines = [...own, ...rules, ...(more > 0 ? [`and ${plural(more, 'more rule')}`] : [])];
  return lines.length === 0 ? [] : [codeBlock(lines)];
}

function framed({ source, span }: ReviewLocation, title: string): readonly string[] {
  const frame =
    source.text === '' ? undefined : codeFrame({ source, span: { start: span.start, end: firstLineEnd(source.text, span) }, width: WIDTH });
  return frame === undefined ? [title] : [title, frame.code, frame.caret];
}

function firstLineEnd(text: string, { start, end }: ReviewLocation['span']): number {
  const feed = text.indexOf('\n', start);
  return feed < 0 ? end : Math.min(end, feed);
}

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}...`;
}
