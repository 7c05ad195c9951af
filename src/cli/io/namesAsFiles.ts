/** Names of files as a file system that globs can look through: what a revision has and the working tree need not have. */
import { join } from 'node:path';
import type { GlobOptions } from 'tinyglobby';

type FileSystem = NonNullable<GlobOptions['fs']>;

interface Entry {
  readonly name: string;
  readonly isFile: () => boolean;
  readonly isDirectory: () => boolean;
  readonly isSymbolicLink: () => boolean;
}

/** `names` start from `cwd`, and may lead out of it. */
export function namesAsFiles(names: readonly string[], cwd: string): FileSystem {
  const folders = new Map<string, Map<string, Entry>>();
  for (const name of names) {
    const parts = normal(join(cwd, name)).split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      const entries = folders.get(folder) ?? new Map<string, Entry>();
      folders.set(folder, entries);
      const part = parts[depth] ?? '';
      entries.set(part, entryOf(part, depth === parts.length - 1));
    }
  }
  const readdir = (path: string, _: object, done: (error: Error | null, entries: readonly Entry[]) => void) =>
    done(null, [...(folders.get(normal(path)) ?? new Map<string, Entry>()).values()]);
  // of what node has for it, globs without links need no more
  return { readdir: readdir as unknown as NonNullable<FileSystem['readdir']> };
}

function entryOf(name: string, isFile: boolean): Entry {
  return { name, isFile: () => isFile, isDirectory: () => !isFile, isSymbolicLink: () => false };
}

function normal(path: string): string {
  return path.replaceAll('\\', '/').replace(/\/+$/, '');
}
