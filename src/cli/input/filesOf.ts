/** Files as arguments name them: a folder stands for what it has of rules and manifests. */
import { join, relative, resolve } from 'node:path';
import { isManifestText } from '../../app/load/recognise.ts';
import { TABLE_LINE } from '../../syntax/text/refusal.ts';
import type { Call } from '../argv/command.ts';
import type { Io } from '../io/io.ts';
import { complain } from '../io/messages.ts';

/** In a folder. */
const FILE_PATTERNS = ['rules', 'v4', 'v6', 'iptables', 'save', 'txt', 'yaml', 'yml', 'json'].map((ending) => `**/*.${ending}`);

/** By their names alone, none is opened. Undefined: the path is that of no folder. */
export async function filesInFolder(io: Io, path: string): Promise<readonly string[] | undefined> {
  if (path === '-' || (await io.place(path)).kind !== 'folder') return undefined;
  const folder = relative(io.cwd, resolve(io.cwd, path)) || '.';
  return (await io.glob(FILE_PATTERNS, folder)).map((name) => join(path, relative(folder, name)));
}

/** Undefined when a folder has none, which has been reported. */
export async function filesOf({ io }: Call, paths: readonly string[]): Promise<readonly string[] | undefined> {
  const files: string[] = [];
  for (const path of paths) {
    const inFolder = await filesInFolder(io, path);
    if (inFolder === undefined) {
      files.push(path);
      continue;
    }
    const found: string[] = [];
    for (const file of inFolder) {
      const content = await io.read(file);
      if ('text' in content && (isManifestText(content.text) || TABLE_LINE.test(content.text))) found.push(file);
    }
    if (found.length === 0) {
      await complain(io, { message: `\`${path}\` is a directory without rules and manifests`, help: 'name the files' });
      return undefined;
    }
    files.push(...found);
  }
  return files;
}

/** The same for what one answer is about: a folder with a single file stands for it. Undefined when that is not so, which has been reported. */
export async function oneFileOf(call: Call, path: string): Promise<string | undefined> {
  if (path === '-' || (await call.io.place(path)).kind !== 'folder') return path;
  const files = await filesOf(call, [path]);
  if (files === undefined || files.length === 1) return files?.[0];
  const shown = files.slice(0, 5).map((file) => `\`${file}\``);
  await complain(call.io, {
    message: `\`${path}\` is a directory with ${files.length} files of rules and manifests, and one file is expected`,
    help: `name one of ${shown.join(', ')}${files.length > shown.length ? ', ...' : ''}`,
  });
  return undefined;
}
