/** Files and folders as they lie on the disk: where a path really leads, files that globs match, and writing a file as a whole. */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpath,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { GlobOptions } from 'tinyglobby';
import { namesAsFiles } from './namesAsFiles.ts';

export interface FilePlace {
  /** absolute, without links as far as it is there */
  readonly real: string;
  readonly kind: 'file' | 'folder' | 'other' | 'missing';
  /** another user than the one who runs this, and than root, owns it */
  readonly isForeign: boolean;
}

export function filePlaceOf(path: string): FilePlace {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    const real = realOf(at);
    if (real === undefined && dirname(at) !== at) {
      missing.unshift(basename(at));
      continue;
    }
    const found = missing.length === 0 && real !== undefined ? statOf(real) : undefined;
    const kind = found === undefined ? 'missing' : found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { real: join(real ?? at, ...missing), kind, isForeign: found !== undefined && ![0, userInfo().uid, -1].includes(found.uid) };
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

/** Never what others have installed, nor what git keeps. */
const NOT_OURS = ['**/node_modules/**', '**/.git/**'];

export interface Looked {
  readonly patterns: readonly string[];
  /** the folder from which other paths start */
  readonly cwd: string;
  /** in which is looked, from there */
  readonly folder: string;
  /** instead of the files that are there */
  readonly names?: readonly string[];
}

export async function findFiles({ patterns, cwd, folder, names }: Looked): Promise<readonly string[]> {
  const { glob } = await import('tinyglobby');
  const top = filePlaceOf(join(cwd, folder)).real;
  const fs = names === undefined ? withinOnly(top) : namesAsFiles(names, cwd);
  const found = await glob([...patterns], { cwd: join(cwd, folder), ignore: NOT_OURS, expandDirectories: false, fs });
  return found.map((path) => join(folder, path).replaceAll('\\', '/')).sort();
}

/** A link to a folder elsewhere is not looked into: it may lead to all that this machine has. */
function withinOnly(top: string): NonNullable<GlobOptions['fs']> {
  const within = (path: string, done: (error: Error | null, real: string) => void) =>
    realpath(path, (error, real) => {
      const isElsewhere = error === null && !isWithin(top, real) && statOf(real)?.isDirectory() === true;
      done(isElsewhere ? new Error(`\`${path}\` leads elsewhere`) : error, real);
    });
  return { realpath: within as unknown as typeof realpath };
}

interface Written {
  readonly cwd: string;
  readonly path: string;
  readonly text: string;
}

/** A folder that was replaced by a link, such as in a pull request, does not lead the file elsewhere. */
export async function writeFile({ cwd, path, text }: Written): Promise<{ readonly problem?: string }> {
  try {
    const [here, folder] = [filePlaceOf(cwd).real, dirname(resolve(cwd, path))];
    if (isWithin(cwd, folder) && !isWithin(here, filePlaceOf(folder).real)) return { problem: 'a link leads its folder elsewhere' };
    writeWhole(path, text);
    return {};
  } catch (error) {
    return { problem: reason(error) };
  }
}

/** Makes the folders of the file. A reader meanwhile has the old text or the new one, and a link is replaced, not followed. */
function writeWhole(path: string, text: string): void {
  makeFolders(dirname(path));
  const there = lstatOf(path);
  if (there !== undefined && isStream(path, there)) {
    writeFileSync(path, text);
    return;
  }
  if (there?.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID().slice(-12)}.tmp`);
  try {
    writeNew(temporary, text, there?.isFile() ? there.mode : 0o666);
    renameSync(temporary, path);
  } catch (error) {
    remove(temporary);
    // a file that is mounted by itself, or alone may be written in its folder
    if (there?.isFile() && ['EBUSY', 'EACCES', 'EPERM'].includes(String((error as NodeJS.ErrnoException).code))) writeFileSync(path, text);
    else throw error;
  }
}

function writeNew(path: string, text: string, mode: number): void {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Devices and pipes are written as they are; `/dev/stdout` is a link to one. */
function isStream(path: string, there: Stats): boolean {
  if (there.isSymbolicLink()) return /^\/(?:dev|proc)\//.test(path) && statOf(path)?.isDirectory() !== true;
  return !there.isFile() && !there.isDirectory();
}

/** One by one: below /proc node's own way of making them all never ends. */
function makeFolders(folder: string): void {
  if (statOf(folder)?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolders(dirname(folder));
  mkdirSync(folder);
}

function lstatOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // it was not made
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'no such file',
};

export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : REASONS[code]) ?? message;
}
