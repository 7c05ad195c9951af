import { printable } from '../../lib/printable.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { lineStarts, positionAt } from '../../syntax/text/source.ts';

/** A packet, a host, rules or an option that cannot be read; `problems` are sentences for the user. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly string[];

  /** `shown`: lines below the problems, such as the text with a caret. */
  constructor(problems: readonly string[], shown: readonly string[] = []) {
    super([problems.join('; '), ...shown].join('\n'));
    this.problems = problems;
  }
}

/** A problem of a long text: where it is, what is wrong, what to do. */
export function problemText({ source, span, message, help }: Diagnostic): string {
  const { line, column } = positionAt(lineStarts(source.text), span.start);
  return `${source.file}:${line}:${column}: ${message}${help === undefined ? '' : ` (${help})`}`;
}

/** Problems of a text of one line: the first one is shown below it by a caret. */
export function errorInLine(diagnostics: readonly Diagnostic[]): InputError {
  const messages = diagnostics.map(({ message }) => message);
  const [first] = diagnostics;
  if (first === undefined) return new InputError(messages);
  const { source, span, help } = first;
  const { line, column } = positionAt(lineStarts(source.text), span.start);
  const text = source.text.split('\n')[line - 1] ?? '';
  const width = Math.max(1, Math.min(span.end, span.start + text.length - column + 1) - span.start);
  const shown = [`  ${printable(text)}`, `  ${' '.repeat(column - 1)}${'^'.repeat(width)}`];
  return new InputError(messages, [...(text.trim() === '' ? [] : shown), ...(help === undefined ? [] : [`help: ${help}`])]);
}
