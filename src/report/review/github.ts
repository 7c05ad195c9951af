/** Annotations of GitHub Actions: workflow commands, which the runner reads from the output of a step.
 *  source: docs.github.com, workflow commands; actions/toolkit core, command.ts (escapes) */
import { groupBy } from '../../lib/groupBy.ts';
import { lineStarts, positionAt } from '../../syntax/source.ts';
import { positionOf } from '../positions.ts';
import { type Found, problemsOf, worstFirst } from './problems.ts';
import type { Place, Review } from './review.ts';

/** Of each kind GitHub shows this many for a step, and drops the others in silence. */
const MOST_SHOWN = 10;

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** The worst that GitHub shows, and one line that says how many it would not. */
export function githubAnnotations(review: Review): string {
  const open = worstFirst(problemsOf(review)).filter(({ problem }) => problem.muted === undefined);
  const byCommand = groupBy(open, commandOf);
  const shown = [...byCommand.values()].flatMap((group) => group.slice(0, MOST_SHOWN));
  const left = open.length - shown.length;
  const more = left === 0 ? [] : [`chainwalk: ${left} more problems are not annotated: GitHub shows ${MOST_SHOWN} of each kind for a step`];
  return [...shown.map(annotation), ...more].join('\n');
}

/** What is undecided breaks nothing yet. */
function commandOf({ problem: { level, verdict } }: Found): 'error' | 'warning' | 'notice' {
  return verdict === 'undecided' && level === 'error' ? 'warning' : COMMANDS[level];
}

function annotation(found: Found): string {
  const { subject, problem } = found;
  const place = problem.place?.source.rendered ? undefined : problem.place;
  const at = place === undefined ? { file: subject.file } : { file: place.source.file, ...lineAndColumns(place) };
  const properties = { ...at, title: problem.id };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${commandOf(found)} ${list.join(',')}::${escapeData(problem.message)}`;
}

/** Columns are only allowed where the place is within one line. */
function lineAndColumns(place: Place): object {
  const { line, column } = positionOf(place);
  const end = positionAt(lineStarts(place.source.text), place.span.end);
  return end.line === line ? { line, col: column, endColumn: end.column } : { line, endLine: end.line };
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
