/** Diagnostics on standard error. */
import { renderDiagnostics } from '../report/diagnostics.ts';
import { type Diagnostic, isError } from '../syntax/diagnostic.ts';
import { type Call, isSet } from './command.ts';
import { terminal } from './terminal.ts';

export interface Show {
  /** for what nobody should miss */
  readonly evenQuiet?: boolean;
}

/** Errors always, warnings unless --quiet. */
export async function showDiagnostics({ io, input }: Call, diagnostics: readonly Diagnostic[], show: Show = {}): Promise<void> {
  const shown = isSet(input, 'quiet') && show.evenQuiet !== true ? diagnostics.filter(isError) : diagnostics;
  if (shown.length === 0) return;
  const style = await terminal({ io, input }, io.err);
  await io.err.write(`${renderDiagnostics(shown, style)}\n`);
}
