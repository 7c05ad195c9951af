/** The words of a call as a log shows it: quoted as `set -x` does, or joined by blanks. */
import type { ShellField } from '../shell/values.ts';
import type { LogLine } from './logLines.ts';
import { placeInFile } from './pieces.ts';

const WORD = /(?:\$?'(?:[^'\\]|\\.|\\)*'|"[^"\\]*(?:\\.[^"\\]*)*"|\\.|[^\s'"\\])+|['"\\]/gs;
const PART = /\$?'([^']*)'|"([^"\\]*(?:\\.[^"\\]*)*)"|\\(.)/gs;

export function callWords({ text, pieces }: LogLine): readonly ShellField[] {
  const place = placeInFile(pieces);
  return [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    text: word.replaceAll(
      PART,
      (_, single?: string, double?: string, sign?: string) => single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? sign ?? '',
    ),
    ...place({ start: index, end: index + word.length }),
  }));
}
