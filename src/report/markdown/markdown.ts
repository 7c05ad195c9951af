/** A comment on a pull request, or the summary of a step: the verdict, what changes, the first failing packet, the findings folded. */

import { mergeBounds } from '../../connection/bounds.ts';
import { packetText } from '../../packet/notation.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { namedFile } from '../../syntax/text/source.ts';
import { mermaidLegend, mermaidTrace } from '../charts/mermaid.ts';
import { failingText } from '../human/verdictLine.ts';
import { harmlessEditsText } from '../review/harmlessEdits.ts';
import { assumedIn } from '../review/notes.ts';
import { canFail, type FoundProblem, isHint, isOpen, isSuppressed, problemsOf, worstFirst } from '../review/problems.ts';
import type { Review } from '../review/review.ts';
import { reviewVerdict } from '../review/verdict.ts';
import { boundsText, unjudgedText } from '../text/bounds.ts';
import { type Folded, foldedWords } from '../text/folded.ts';
import { positionOf } from '../text/positions.ts';
import { code, codeBlock, markdownProse } from './escape.ts';
import { changesTable, foldedCauses, listedProblems } from './findings.ts';
import { verdictTable } from './verdict.ts';

/** GitHub refuses longer comments; counted in bytes we stay below, whatever GitHub counts. */
export const MOST_OF_COMMENT = 65_536;
/** GitHub drops the summary of a step that is longer, as a whole. */
export const MOST_OF_SUMMARY = 1_048_576;

export interface MarkdownOptions {
  /** bytes of UTF-8; what has no room is counted at the end */
  readonly most: number;
  /** warnings about the texts count as failures */
  readonly strict?: boolean;
  /** the same run as a page */
  readonly htmlFile?: string | undefined;
}

export function markdownReview(review: Review, { most, strict = false, htmlFile }: MarkdownOptions): string {
  const all = worstFirst(problemsOf(review));
  const serious = all.filter(({ problem }) => isOpen(problem) && canFail(problem));
  const changes = changesTable(serious);
  const { word, says } = reviewVerdict(review, strict);
  const failing = failingText(strict ? review.diagnostics.filter((one) => !isError(one)).length : 0);
  const table = verdictTable(review);
  const head = [
    `### chainwalk: ${word}: ${says}${failing}`,
    ...(htmlFile === undefined
      ? []
      : [`The same on the rules themselves, with the way of each packet: open ${code(htmlFile)} in a browser.`]),
    ...limitsOf(review),
    ...[harmlessEditsText(review)].flatMap((text) => (text === undefined ? [] : [`${markdownProse(text)}.`])),
    ...assumedIn(review, true).map((text) => `Assumed: ${markdownProse(text)}.`),
    ...unreadList(review.diagnostics),
    ...(table === undefined ? [] : [table]),
    ...(changes === undefined ? [] : [changes]),
    ...flowchartOf(serious),
  ];
  const blocks = [
    ...head.map(part),
    ...foldedCauses(serious).map(finding),
    ...review.diagnostics.filter((one) => !isError(one)).map(toWarning),
    ...asides(review, all).map(note),
  ];
  return within(blocks, most);
}

/** What does no harm, and what is known, folded: its numbers are the title. */
function asides(review: Review, all: readonly FoundProblem[]): readonly string[] {
  const hints = all.filter(({ problem }) => isHint(problem));
  const suppressed = all.filter(({ problem }) => isSuppressed(problem));
  const assumed = assumedIn(review, false);
  const { notes } = review;
  const lists: readonly (readonly [Folded, readonly string[]])[] = [
    [{ hints: hints.length }, listedProblems(hints)],
    [{ suppressed: suppressed.length }, listedProblems(suppressed)],
    [{ assumptions: assumed.length, notes: notes.length }, [...assumed, ...notes].map((text) => `* ${markdownProse(text)}`)],
  ];
  return lists.flatMap(([count, lines]) =>
    lines.length === 0 ? [] : [`<details><summary>${foldedWords(count)}</summary>\n\n${lines.join('\n')}\n\n</details>`],
  );
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
const note = (text: string): Block => ({ text, kind: 'part' });

/** What fits, in order; a block that is too long for the rest is left out, and later ones may fit. */
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

/** Of the worst problem that has a packet. */
function flowchartOf(found: readonly FoundProblem[]): readonly string[] {
  const witness = found.find(({ problem }) => problem.witness !== undefined)?.problem.witness;
  if (witness === undefined) return [];
  const { journey } = witness;
  const title = `The first packet: ${code(packetText(journey.packet))}: **${journey.paths[0]?.outcome ?? journey.outcome}**`;
  return [[title, codeBlock(mermaidTrace(witness).split('\n'), 'mermaid'), mermaidLegend(witness)].join('\n\n')];
}
