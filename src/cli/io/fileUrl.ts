/** The address of a file, for links on a terminal. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printable } from '../../lib/printable.ts';

/** Undefined where the name is not a file's: what another program printed, say. */
export function fileUrl(cwd: string, file: string): string | undefined {
  return file.startsWith('<') || printable(file) !== file ? undefined : pathToFileURL(resolve(cwd, file)).href;
}
