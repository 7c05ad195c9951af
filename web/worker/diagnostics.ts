/** What is wrong with the text, as the editor marks it. */
import type { Diagnostic } from '../../src/api/library/index.ts';
import type { ShownDiagnostic } from './questions.ts';

/** So many are marked: nobody reads on. */
const MOST = 200;

export function shownDiagnostics(diagnostics: readonly Diagnostic[]): readonly ShownDiagnostic[] {
  return diagnostics
    .slice(0, MOST)
    .map(({ kind, message, help, span: { start, end } }) => ({ kind, message, ...(help !== undefined && { help }), start, end }));
}
