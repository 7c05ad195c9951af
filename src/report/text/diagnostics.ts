/** Diagnostics for people: place, message, code frame with a caret, help. */

import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { lineStarts, type Position, positionAt, type Source } from '../../syntax/text/source.ts';
import { codeFrame } from './codeFrame.ts';
import type { Paint } from './paint.ts';

export interface Placed {
  readonly diagnostic: Diagnostic;
  readonly position: Position;
}

/** Sorted by place, file by file in the order in which the files first occur. */
export function placeDiagnostics(diagnostics: readonly Diagnostic[]): readonly Placed[] {
  const sources = new Map<Source, readonly number[]>();
  for (const { source } of diagnostics) if (!sources.has(source)) sources.set(source, lineStarts(source.text));
  const files = [...new Set([...sources.keys()].map(({ file }) => file))];
  const rank = ({ diagnostic }: Placed) => files.indexOf(diagnostic.source.file);
  return diagnostics
    .map((diagnostic) => ({ diagnostic, position: positionAt(sources.get(diagnostic.source) ?? [0], diagnostic.span.start) }))
    .sort((a, b) => rank(a) - rank(b) || a.diagnostic.span.start - b.diagnostic.span.start);
}

export interface DiagnosticStyle {
  readonly paint: Paint;
  readonly width: number;
  /** a message takes several lines where it is longer: for people alone */
  readonly folds?: boolean;
}

/** Blocks separated by a blank line; empty without diagnostics. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: DiagnosticStyle): string {
  return placeDiagnostics(diagnostics)
    .map((placed) => renderOne(placed, style))
    .join('\n\n');
}

function renderOne({ diagnostic, position }: Placed, { paint, width, folds = false }: DiagnosticStyle): string {
  const { source, message, help } = diagnostic;
  const place = `${printable(source.file)}:${position.line}:${position.column}:`;
  const word = isError(diagnostic) ? 'error:' : 'warning:';
  const severity = isError(diagnostic) ? paint.red(word) : paint.yellow(word);
  const head = `${place} ${word} `;
  const folded = paragraph({ text: `${head}${printable(message)}`, width, hang: 6 });
  // a long path takes the line for itself
  const said = folds && folded.startsWith(head) ? folded.slice(head.length) : printable(message);
  const lines = [`${paint.bold(place)} ${severity} ${said}`];
  const frame = codeFrame({ source, span: diagnostic.span, width });
  if (frame !== undefined) lines.push(paint.dim(frame.code), paint.bold(frame.caret));
  if (help !== undefined) lines.push(paragraph({ text: `help: ${printable(help)}`, width, hang: 6 }));
  return lines.join('\n');
}
