/** Findings of a comment: changed classes as a table, every problem folded. */
import { groupBy } from '../../../lib/groupBy.ts';
import { packetText } from '../../../packet/notation.ts';
import { codeFrame } from '../../codeFrame.ts';
import { rail } from '../../human/rail.ts';
import { positionOf } from '../../positions.ts';
import type { TraceInput } from '../../traceJson.ts';
import { type Found, isChange } from '../problems.ts';
import type { Blamed, Place } from '../review.ts';
import { code, codeBlock, codeCell, html, prose, table } from './escape.ts';

const MOST_CHANGES = 20;
/** Words of a class are long where it has many ranges. */
const MOST_CHARACTERS = 300;

/** Classes of packets that fare otherwise than before; none: no table. */
export function changesTable(found: readonly Found[]): string | undefined {
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

/** Problems of several subjects that are said in the same words are one; those of one subject stay apart. */
export function foldedFindings(found: readonly Found[]): readonly string[] {
  const seen = new Map<string, number>();
  const groups = groupBy(found, ({ subject, problem: { id, level, verdict, family, message, packets, muted, blame } }) => {
    const said = JSON.stringify([id, level, verdict, family, message, packets, muted, blame.map(({ text }) => text)]);
    const own = JSON.stringify([subject.name, said]);
    const count = seen.get(own) ?? 0;
    seen.set(own, count + 1);
    return `${said} ${count}`;
  });
  return [...groups.values()].map(folded);
}

const MOST_NAMES = 5;

function folded(group: readonly Found[]): string {
  const [found] = group;
  if (found === undefined) return '';
  const { id, level, verdict, message, family, packets, before, witness, blame, place, remedy, muted } = found.problem;
  const words =
    muted !== undefined ? 'known' : verdict === 'undecided' ? 'undecided' : isChange(found.problem) && level === 'info' ? 'change' : level;
  const names = group.slice(0, MOST_NAMES).map(({ subject }) => subject.name);
  const more = group.length - names.length;
  const title = `${words}: ${html(id)}${family === undefined ? '' : ` (${family === 'ipv4' ? 'IPv4' : 'IPv6'})`}, ${names.map(html).join(', ')}`;
  const points = [
    ...(packets === undefined ? [] : [`for ${code(packets)}`]),
    ...(before === undefined ? [] : ways('before', before)),
    ...(witness === undefined ? [] : ways(before === undefined ? 'example' : 'now', witness)),
  ];
  const lines = [
    prose(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`),
    ...(muted === undefined ? [] : [`Known by ${muted.by}: ${prose(muted.reason)}`]),
    ...(points.length === 0 ? [] : [points.map((point) => `* ${point}`).join('\n')]),
    ...frames(place, blame),
    ...(remedy === undefined ? [] : [`What to do: ${prose(remedy)}`]),
  ];
  return `<details><summary>${title}${more > 0 ? ` and ${more} more` : ''}</summary>\n\n${lines.join('\n\n')}\n\n</details>`;
}

function ways(name: string, { journey, file }: TraceInput): readonly string[] {
  const [path] = journey.paths;
  if (path === undefined) return [];
  return [`${name} ${code(packetText(journey.packet))}: **${path.outcome}**`, `path ${code(rail(path, file))}`];
}

const MOST_RULES = 4;
const WIDTH = 100;

function frames(place: Place | undefined, blame: readonly Blamed[]): readonly string[] {
  const isRule = blame.some((one) => one.place === place);
  const own = place === undefined || isRule ? [] : framed(place, `${place.source.file}:${positionOf(place).line}`);
  const rules = blame.slice(0, MOST_RULES).flatMap(({ place: at, rule }) => {
    return framed(at, `${rule.table} ${rule.chain}#${rule.number}, ${at.source.file}:${rule.line}`);
  });
  const more = blame.length - MOST_RULES;
  const lines = [...own, ...rules, ...(more > 0 ? [`and ${more} more rules`] : [])];
  return lines.length === 0 ? [] : [codeBlock(lines)];
}

function framed({ source, span }: Place, title: string): readonly string[] {
  const frame =
    source.text === '' ? undefined : codeFrame({ source, span: { start: span.start, end: firstLineEnd(source.text, span) }, width: WIDTH });
  return frame === undefined ? [title] : [title, frame.code, frame.caret];
}

function firstLineEnd(text: string, { start, end }: Place['span']): number {
  const feed = text.indexOf('\n', start);
  return feed < 0 ? end : Math.min(end, feed);
}

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}...`;
}
