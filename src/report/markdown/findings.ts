/** Findings of a comment: changed classes as a table, every problem folded. */

import { type Group, groupBy } from '../../lib/groupBy.ts';
import { plural } from '../../lib/plural.ts';
import { packetText } from '../../packet/notation.ts';
import { rail } from '../human/rail.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { type FoundProblem, isChange, isOpen } from '../review/problems.ts';
import type { Blamed, ReviewLocation } from '../review/review.ts';
import { codeFrame } from '../text/codeFrame.ts';
import { positionOf } from '../text/positions.ts';
import { code, codeBlock, codeCell, html, markdownProse, table } from './escape.ts';

const MOST_CHANGES = 20;
/** Words of a class are long where it has many ranges. */
const MOST_CHARACTERS = 300;

/** Classes of packets that are treated differently than before; none: no table. */
export function changesTable(found: readonly FoundProblem[]): string | undefined {
  const changes = found.filter(({ problem: { before, witness } }) => before !== undefined && witness !== undefined);
  if (changes.length === 0) return undefined;
  const rows = changes
    .slice(0, MOST_CHANGES)
    .map(({ problem: { packets, before, witness, blame } }) => [
      codeCell(shortened(packets ?? (witness === undefined ? '' : packetText(witness.journey.packet)))),
      before?.journey.outcome ?? '',
      `**${witness?.journey.outcome ?? ''}**${before?.journey.outcome === witness?.journey.outcome ? ', another way' : ''}`,
      blame[0] === undefined ? '' : codeCell(shortened(blame[0].text)),
    ]);
  const more = changes.length - rows.length;
  return (
    table(['packets', 'before', 'now', 'decided by'], rows) +
    (more > 0 ? `\n\n${more} more classes change; they are among the findings.` : '')
  );
}

/** Every problem that is open, folded; those that somebody has accepted are one list. */
export function foldedFindings(found: readonly FoundProblem[]): readonly string[] {
  const known = alike(found.filter(({ problem }) => !isOpen(problem)));
  return [...alike(found.filter(({ problem }) => isOpen(problem))).map(folded), ...(known.length === 0 ? [] : [knownList(known)])];
}

/** Problems of several subjects that are said in the same words are one; those of one subject stay apart. */
function alike(found: readonly FoundProblem[]): readonly Group<FoundProblem>[] {
  const seen = new Map<string, number>();
  const groups = groupBy(found, ({ subject, problem: { id, level, verdict, family, message, packets, muted, blame } }) => {
    const said = JSON.stringify([id, level, verdict, family, message, packets, muted, blame.map(({ text }) => text)]);
    const own = JSON.stringify([subject.name, said]);
    const count = seen.get(own) ?? 0;
    seen.set(own, count + 1);
    return `${said} ${count}`;
  });
  return [...groups.values()];
}

const MOST_NAMES = 5;

/** `no-dead-rule (IPv4), net/pod.rules and 3 more` */
function titleOf(group: Group<FoundProblem>, as: (text: string) => string): string {
  const { id, family } = group[0].problem;
  const names = group.slice(0, MOST_NAMES).map(({ subject }) => as(subject.name));
  const more = group.length - names.length;
  const words = `${as(id)}${family === undefined ? '' : ` (${family === 'ipv4' ? 'IPv4' : 'IPv6'})`}, ${names.join(', ')}`;
  return `${words}${more > 0 ? ` and ${more} more` : ''}`;
}

function folded(group: Group<FoundProblem>): string {
  const [{ problem }] = group;
  const { level, verdict, message, packets, before, witness, blame, place, remedy } = problem;
  const words = verdict === 'undecided' ? 'undecided' : isChange(problem) && level === 'info' ? 'change' : level;
  const points = [
    ...(packets === undefined ? [] : [`for ${code(packets)}`]),
    ...(before === undefined ? [] : ways('before', before)),
    ...(witness === undefined ? [] : ways(before === undefined ? 'example' : 'now', witness)),
  ];
  const lines = [
    markdownProse(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`),
    ...(points.length === 0 ? [] : [points.map((point) => `* ${point}`).join('\n')]),
    ...frames(place, blame),
    ...(remedy === undefined ? [] : [`What to do: ${markdownProse(remedy)}`]),
  ];
  return `<details><summary>${words}: ${titleOf(group, html)}</summary>\n\n${lines.join('\n\n')}\n\n</details>`;
}

const MOST_KNOWN = 50;

function knownList(groups: readonly Group<FoundProblem>[]): string {
  const lines = groups.slice(0, MOST_KNOWN).map((group) => {
    const { message, muted } = group[0].problem;
    return `* ${titleOf(group, markdownProse)}: ${markdownProse(message)} (${muted === undefined ? '' : `${muted.by}: ${markdownProse(muted.reason)}`})`;
  });
  const more = groups.length - lines.length;
  const rest = more > 0 ? [`* and ${more} more; the format json has all`] : [];
  return `<details><summary>${groups.length} suppressed</summary>\n\n${[...lines, ...rest].join('\n')}\n\n</details>`;
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
