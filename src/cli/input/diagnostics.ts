/** Diagnostics on standard error. */
import { renderDiagnostics } from '../../report/text/diagnostics.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { terminal } from '../argv/terminal.ts';

export interface Show {
  /** for what must not be missed */
  readonly evenQuiet?: boolean;
}

/** Errors always, warnings unless --quiet. */
export async function showDiagnostics({ io, input }: Call, diagnostics: readonly Diagnostic[], show: Show = {}): Promise<void> {
  const shown = optionIsSet(input, 'quiet') && show.evenQuiet !== true ? diagnostics.filter(isError) : diagnostics;
  if (shown.length === 0) return;
  const style = await terminal({ io, input }, io.err);
  await io.err.write(`${renderDiagnostics(shown, { ...style, folds: io.err.isTerminal })}\n`);
}
