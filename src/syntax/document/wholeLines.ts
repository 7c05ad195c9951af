/** A text that was cut off ends in the middle of a line: what is wrong with that line is the cut, which is said once. */
import { type Diagnostic, isError } from '../text/diagnostic.ts';

export function ofWholeLines(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const cuts = diagnostics.filter(({ code }) => code === 'cut-off');
  if (cuts.length === 0) return diagnostics;
  const ofCut = diagnostics.filter((one) => cuts.some((cut) => isOfCutLine(one, cut)));
  return diagnostics.flatMap((one) => {
    if (ofCut.includes(one)) return [];
    return one.code === 'cut-off' && ofCut.some(({ source }) => source.text === one.source.text) ? [asMistake(one)] : [one];
  });
}

/** Where the text is read all the same, only a mistake shows that its last line is not whole. */
function isOfCutLine(one: Diagnostic, cut: Diagnostic): boolean {
  const { code, span, source } = one;
  const { text } = source;
  const last = text.lastIndexOf('\n') + 1;
  const isCut = code !== 'cut-off' && cut.source.text === text && last < text.length && span.start >= last;
  return isCut && (isError(cut) || isError(one));
}

function asMistake(cut: Diagnostic): Diagnostic {
  return { ...cut, kind: 'malformed', message: cut.message.replace(/: [^:]*$/, ': it looks cut off') };
}
