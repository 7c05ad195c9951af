/** Diagnostics on standard error. */
import { renderDiagnostics } from '../report/diagnostics.ts';
import { type Diagnostic, isError } from '../syntax/diagnostic.ts';
import { type Input, isSet, textOf } from './command.ts';
import type { Io } from './io.ts';
import { terminal } from './terminal.ts';

/** Errors always, warnings unless --quiet. */
export async function showDiagnostics(io: Io, input: Input, diagnostics: readonly Diagnostic[]): Promise<void> {
  const shown = isSet(input, 'quiet') ? diagnostics.filter(isError) : diagnostics;
  if (shown.length === 0) return;
  const style = await terminal(io, io.err, textOf(input, 'color'));
  await io.err.write(`${renderDiagnostics(shown, style)}\n`);
}
