/** Reads the configuration. */
import type { ChainwalkConfig } from '../../api/library/config.ts';
import type { Node } from '../../kubernetes/yaml/node.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { Call } from '../argv/command.ts';
import { readerOf, type TextReader } from '../input/reader.ts';
import type { Io } from '../io/io.ts';
import { configFile, isCode } from './find.ts';
import { folderOf } from './paths.ts';
import { readShape } from './shape.ts';
import { toNode } from './toNode.ts';
import { checkTree, type ReadTree, readTree } from './tree.ts';

export interface LoadedConfig {
  readonly config: ChainwalkConfig;
  /** from which its paths start; empty: here */
  readonly folder: string;
  readonly source: Source;
  /** of its text; a module has no places */
  readonly root: Node;
  /** it was run, and may do whatever code may */
  readonly isCode: boolean;
}

/** Undefined when there is none that can be used, which has been reported. */
export async function loadConfig(call: Call): Promise<LoadedConfig | undefined> {
  const file = await configFile(call);
  return file === undefined ? undefined : readConfig({ ...readerOf(call), load: call.io.load }, file);
}

/** A module is run. */
export interface ConfigReader extends TextReader {
  readonly load: Io['load'];
}

export async function readConfig(reader: ConfigReader, file: string): Promise<LoadedConfig | undefined> {
  const read = await (isCode(file) ? readModule(reader, file) : readTree(reader, file, readShape));
  if (read === undefined) return undefined;
  const { value: config, source, root } = read;
  return { config, source, root, folder: folderOf(file), isCode: isCode(file) };
}

/** The places in a module are not known: no text, no frame. */
async function readModule(reader: ConfigReader, file: string): Promise<ReadTree<ChainwalkConfig> | undefined> {
  const loaded = await reader.load(file);
  if ('value' in loaded && loaded.value !== undefined) {
    return checkTree(reader, { source: { file, text: '' }, root: toNode(loaded.value) }, readShape);
  }
  const why = 'problem' in loaded ? loaded.problem : 'it has no default export';
  await reader.complain({ message: `cannot read \`${file}\`: ${why}`, help: '`export default defineConfig({ ... })`' });
  return undefined;
}
