/** The files of a fleet by their names alone: none is opened before its turn. */
import type { Call } from '../argv/command.ts';
import { filesInFolder } from '../input/filesOf.ts';

export interface ListedFiles {
  /** one, or two that may be the families of one pod */
  readonly names: readonly string[];
  /** from 1 */
  readonly index: number;
  /** found in a folder, where other files may lie as well */
  readonly inFolder: boolean;
}

/** In the order of the arguments, and in a folder by name. */
export async function listFiles(call: Call, paths: readonly string[]): Promise<readonly ListedFiles[]> {
  const files = await namesOf(call, paths);
  if (files.length === 2) return [{ names: files.map(({ file }) => file), index: 1, inFolder: false }];
  return files.map(({ file, inFolder }, at) => ({ names: [file], index: at + 1, inFolder }));
}

async function namesOf({ io }: Call, paths: readonly string[]): Promise<readonly { readonly file: string; readonly inFolder: boolean }[]> {
  const files: { readonly file: string; readonly inFolder: boolean }[] = [];
  for (const path of paths) {
    const found = await filesInFolder(io, path);
    for (const file of found ?? [path]) files.push({ file, inFolder: found !== undefined });
  }
  return files;
}
