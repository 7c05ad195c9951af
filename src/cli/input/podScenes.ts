/** The pods of the files that a command was given, ready to be asked. */
import { type PodScenes, scenesOf } from '../../pods/scenes.ts';
import type { Call } from '../argv/command.ts';
import { type LoadedPods, loadPods } from './loadPods.ts';

export interface LoadedScenes extends PodScenes {
  readonly loaded: LoadedPods;
}

/** Undefined when a file or an option cannot be read, which has been said. */
export async function loadScenes(call: Call, files: readonly string[]): Promise<LoadedScenes | undefined> {
  const loaded = await loadPods(call, files);
  if (loaded === undefined) return undefined;
  const made = scenesOf(loaded);
  return { ...made, loaded, diagnostics: [...loaded.diagnostics, ...made.diagnostics] };
}
