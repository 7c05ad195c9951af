/** Annotations of GitHub Actions: workflow commands, which the runner reads from the output of a step.
 *  source: docs.github.com, workflow commands; actions/toolkit core, command.ts (escapes) */

import { groupBy } from '../../lib/groupBy.ts';
import { plural } from '../../lib/plural.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { rail } from '../human/rail.ts';
import { type FoundProblem, isAside, isOpen, isUnprovedChange, problemsOf, worstFirst } from '../review/problems.ts';
import type { Problem, Review, ReviewLocation } from '../review/review.ts';
import { repositoryPath } from '../review/uri.ts';
import { endPosition, positionOf } from '../text/positions.ts';

/** Of each kind GitHub shows this many for a step, and drops the others in silence. */
const MOST_SHOWN = 10;

/** The worst that GitHub shows; hints, and what GitHub would not show, is counted in a line of its own. */
export function githubAnnotations(review: Review): string {
  const open = worstFirst(problemsOf(review)).filter(({ problem }) => isOpen(problem));
  const serious = open.filter(({ problem }) => !isAside(problem));
  const groups = groupBy(serious, commandOf);
  const errors = review.diagnostics.filter(isError);
  const unread = errors.slice(0, MOST_SHOWN);
  const shown = [...groups].flatMap(([command, group]) => group.slice(0, command === 'error' ? MOST_SHOWN - unread.length : MOST_SHOWN));
  // they share the room of warnings
  const warned = review.diagnostics.filter((one) => !isError(one));
  const warnings = warned.slice(0, Math.max(0, MOST_SHOWN - (groups.get('warning')?.length ?? 0)));
  const left = serious.length + review.diagnostics.length - shown.length - warnings.length - unread.length;
  const asides = open.length - serious.length;
  const parts = [
    ...(left > 0 ? [`${left} less serious ones, as GitHub shows ${MOST_SHOWN} of a kind for a step`] : []),
    ...(asides > 0 ? [plural(asides, 'hint')] : []),
  ];
  const end = parts.length === 0 ? [] : [`chainwalk: not annotated: ${parts.join('; ')}`];
  return [...unread.map(errorAnnotation), ...shown.map(annotation), ...warnings.map(warningAnnotation), ...end].join('\n');
}

/** Errors in the texts: nothing is said of what they are in. */
function errorAnnotation({ message, source, span }: Diagnostic): string {
  const place = source.file === '-' ? {} : { file: repositoryPath(source.file), ...lineAndColumns({ source, span }) };
  return workflowCommand('error', { ...place, title: 'not checked' }, message);
}

/** What is undecided breaks nothing yet, unless it is what a change makes of packets. */
function commandOf({ problem }: FoundProblem): 'error' | 'warning' | 'notice' {
  const { level, verdict } = problem;
  if (level === 'info') return 'notice';
  if (isUnprovedChange(problem)) return 'error';
  return verdict === 'failed' ? level : 'warning';
}

function annotation(found: FoundProblem): string {
  const { subject, problem } = found;
  const place = problem.place?.source.rendered ? undefined : problem.place;
  const file = place?.source.file ?? subject.file;
  const properties = {
    ...(file !== '-' && { file: repositoryPath(file), ...(place !== undefined && lineAndColumns(place)) }),
    title: problem.family === undefined ? problem.id : `${problem.id} (${problem.family === 'ipv4' ? 'IPv4' : 'IPv6'})`,
  };
  return workflowCommand(commandOf(found), properties, dataOf(problem));
}

/** About a text, and no claim's. */
function warningAnnotation({ message, help, source, span }: Diagnostic): string {
  const place = source.rendered || source.file === '-' ? {} : { file: repositoryPath(source.file), ...lineAndColumns({ source, span }) };
  return workflowCommand('warning', { ...place, title: 'chainwalk' }, help === undefined ? message : `${message}\ndo: ${help}`);
}

function dataOf({ message, witness, remedy }: Problem): string {
  const path = witness?.journey.paths[0];
  return [
    message,
    ...(witness === undefined || path === undefined ? [] : [`path: ${rail(path, witness.file)}`]),
    ...(remedy === undefined ? [] : [`fix: ${remedy}`]),
  ].join('\n');
}

/** Columns are only allowed where the place is within one line. */
function lineAndColumns(place: ReviewLocation): object {
  const { line, column } = positionOf(place);
  const end = endPosition(place);
  return end.line === line ? { line, col: column, endColumn: end.column } : { line, endLine: end.line };
}

function workflowCommand(name: 'error' | 'warning' | 'notice', properties: object, data: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`);
  return `::${name} ${list.join(',')}::${escapeData(data)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
