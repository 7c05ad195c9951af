/** A proved fix as SARIF has it: whole lines, from their first column to the first of the next line. */
import type { ProvedFix } from '../../prove/proof/provedFix.ts';
import { lineReplacements } from '../review/fixPatch.ts';
import { boundsText } from '../text/bounds.ts';
import { editWords } from '../text/fixWords.ts';
import { artifactOf } from './locations.ts';
import { plain } from './text.ts';
import type { SarifFix } from './types.ts';

export function sarifFix(fix: ProvedFix): SarifFix {
  const { source, edits, bounds } = fix;
  const feed = source.text.includes('\r\n') ? '\r\n' : '\n';
  return {
    description: { text: plain(`${edits.map(editWords).join(', ')} (proved for ${boundsText(bounds)})`) },
    artifactChanges: [
      {
        ...artifactOf(source.file),
        replacements: lineReplacements(fix).map(({ start, end, lines }) => ({
          deletedRegion: { startLine: start, startColumn: 1, endLine: end, endColumn: 1 },
          ...(lines.length > 0 && { insertedContent: { text: lines.map((line) => `${line}${feed}`).join('') } }),
        })),
      },
    ],
  };
}
