/** Paths that a file gives are meant from its own folder. */
import { dirname, isAbsolute, join } from 'node:path';

/** As a path from here. */
export function from(folder: string, path: string): string {
  return isAbsolute(path) || path === '-' ? path : join(folder, path).replaceAll('\\', '/');
}

/** Empty for a file here. */
export function folderOf(file: string): string {
  const folder = dirname(file);
  return folder === '.' ? '' : folder;
}
