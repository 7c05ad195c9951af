/** A diagnostic of a line, for people: its text is not at hand. */
import { printable } from '../../lib/printable.ts';
import { type CheckDiagnostic, isErrorOfText } from '../json/check.ts';

/** Of line 0: about the file as a whole. */
export function placedWords({ kind, file, line, column, message, help }: CheckDiagnostic): string {
  const word = isErrorOfText({ kind }) ? 'error' : 'warning';
  const place = line === 0 ? 'chainwalk' : `${printable(file)}:${line}:${column}`;
  const said = `${place}: ${word}: ${printable(message)}`;
  return help === null ? said : `${said}\nhelp: ${printable(help)}`;
}
