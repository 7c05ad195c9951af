/** Paths that a file gives are meant from its own folder. */
import { dirname, isAbsolute, join, relative } from 'node:path';

/** As a path from here. */
export function from(folder: string, path: string): string {
  return isAbsolute(path) || path === '-' ? path : join(folder, path).replaceAll('\\', '/');
}

/** Empty for a file here. */
export function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === '.' ? '' : folder;
}

/** The other way round, as a glob that matches it alone; undefined where none from that folder does. */
export function globOf(folder: string, file: string): string | undefined {
  const path = folder === '' ? file : relative(folder, file).replaceAll('\\', '/');
  return isAbsolute(path) || path.startsWith('../') || /[*?[\]{}()!]/.test(path) ? undefined : path;
}
