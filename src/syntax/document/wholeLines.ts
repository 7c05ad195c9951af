/** A text that was cut off ends in the middle of a line: what is wrong with that line is the cut, which is said once. */
import type { Diagnostic } from '../text/diagnostic.ts';

export function ofWholeLines(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const cut = diagnostics.filter(({ code }) => code === 'cut-off').map(({ source }) => source.text);
  return diagnostics.filter(({ code, span, source: { text } }) => {
    const last = text.lastIndexOf('\n') + 1;
    return code === 'cut-off' || !cut.includes(text) || last === text.length || span.start < last;
  });
}
