/** A comment on a pull request, or the summary of a step: the verdict, what changes, the first failing packet, the findings folded. */

import { mergeBounds } from '../../connection/bounds.ts';
import { packetText } from '../../packet/notation.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { namedFile } from '../../syntax/text/source.ts';
import { mermaidTrace } from '../charts/mermaid.ts';
import { failingText } from '../human/verdictLine.ts';
import { type FoundProblem, isAside, isOpen, problemsOf, worstFirst } from '../review/problems.ts';
import type { Review } from '../review/review.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import { positionOf } from '../text/positions.ts';
import { code, codeBlock, markdownProse } from './escape.ts';
import { changesTable, foldedFindings } from './findings.ts';
import { verdictTable, verdictWords } from './verdict.ts';

/** GitHub refuses longer comments; counted in bytes we stay below, whatever GitHub counts. */
export const MOST_OF_COMMENT = 65_536;
/** GitHub drops the summary of a step that is longer, as a whole. */
export const MOST_OF_SUMMARY = 1_048_576;

/** At most `most` bytes of UTF-8; what had no room is counted at the end. `strict`: warnings about the texts count as failures. */
export function markdownReview(review: Review, most: number, strict = false): string {
  const all = worstFirst(problemsOf(review));
  const serious = all.filter(({ problem }) => isOpen(problem) && !isAside(problem));
  const changes = changesTable(serious);
  const flowchart = flowchartOf(serious);
  const findings = foldedFindings([...serious, ...all.filter((one) => !serious.includes(one))]);
  const head = [
    `### chainwalk: ${verdictWords(
      all.map(({ problem }) => problem),
      review.diagnostics,
    )}${failingText(strict ? review.diagnostics.filter((one) => !isError(one)).length : 0)}`,
    ...limitsOf(review),
    ...unreadList(review.diagnostics),
    verdictTable(review),
    ...(changes === undefined ? [] : [changes]),
    ...flowchart,
  ];
  const blocks = [
    ...head.map(part),
    ...findings.map(finding),
    ...review.diagnostics.filter((one) => !isError(one)).map(toWarning),
    ...review.notes.map(toNote),
  ];
  return within(blocks, most);
}

/** How far what passed is proved. */
function limitsOf({ subjects }: Review): readonly string[] {
  const bounds = mergeBounds(subjects.flatMap((subject) => subject.bounds ?? []));
  return bounds.families.length === 0 ? [] : [`Scope: ${markdownProse(`${boundsText(bounds)}${unjudgedText(bounds)}`)}.`];
}

/** Errors in the texts, each with its place. */
function unreadList(diagnostics: readonly Diagnostic[]): readonly string[] {
  const errors = diagnostics.filter(isError);
  const shown = errors
    .slice(0, MOST_ERRORS)
    .map(({ message, source, span }) => `* ${code(`${source.file}:${positionOf({ source, span }).line}`)}: ${markdownProse(message)}`);
  const more = errors.length - shown.length;
  return errors.length === 0 ? [] : [[...shown, ...(more > 0 ? [`* and ${more} more`] : [])].join('\n')];
}

const MOST_ERRORS = 25;

interface Block {
  readonly text: string;
  readonly kind: 'part' | 'finding' | 'note';
}

const part = (text: string): Block => ({ text, kind: 'part' });
const finding = (text: string): Block => ({ text, kind: 'finding' });
const toWarning = ({ message, help, ...place }: Diagnostic): Block => ({
  text: `* warning: ${code(`${namedFile(place.source)}:${positionOf(place).line}`)}: ${markdownProse(help === undefined ? message : `${message}; ${help}`)}`,
  kind: 'note',
});
const toNote = (text: string): Block => ({ text: `* note: ${markdownProse(text)}`, kind: 'note' });

/** What fits, in order; a block that is too long for the rest is left out, and those behind it may fit. */
function within(blocks: readonly Block[], most: number): string {
  const encoder = new TextEncoder();
  let room = most - ROOM_FOR_END;
  const kept = blocks.filter(({ text }) => {
    const size = encoder.encode(text).length + 2;
    if (size > room) return false;
    room -= size;
    return true;
  });
  const left = blocks.filter((block) => !kept.includes(block));
  const findings = left.filter(({ kind }) => kind === 'finding').length;
  const others = left.length - findings;
  const parts = [...(findings > 0 ? [`${findings} findings`] : []), ...(others > 0 ? [`${others} other parts and notes`] : [])];
  const end = parts.length === 0 ? [] : [`**Left out, for the length of this text: ${parts.join(' and ')}.** The format json has all.`];
  return [...kept, ...end.map(part)].reduce((text, { text: next, kind }) => `${text}${gap(text, kind)}${next}`, '');
}

/** Notes are one list. */
function gap(text: string, kind: Block['kind']): string {
  if (text === '') return '';
  return kind === 'note' && text.slice(text.lastIndexOf('\n') + 1).startsWith('* ') ? '\n' : '\n\n';
}

const ROOM_FOR_END = 200;

const LEGEND = 'Lines: inbound green solid, outbound red dashed, bypass blue dotted, loop purple thick, drop black.';

/** Of the worst problem that has a packet. */
function flowchartOf(found: readonly FoundProblem[]): readonly string[] {
  const witness = found.find(({ problem }) => problem.witness !== undefined)?.problem.witness;
  if (witness === undefined) return [];
  const { journey } = witness;
  const title = `The first packet: ${code(packetText(journey.packet))}: **${journey.paths[0]?.outcome ?? journey.outcome}**`;
  return [[title, codeBlock(mermaidTrace(witness).split('\n'), 'mermaid'), LEGEND].join('\n\n')];
}
