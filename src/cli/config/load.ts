/** Finds and reads the configuration: the nearest `chainwalk.config.*` in this folder or above, or --config. */
import type { ChainwalkConfig } from '../../config.ts';
import type { Node } from '../../istio/manifest/node.ts';
import type { Source } from '../../syntax/source.ts';
import { type Call, textOf } from '../command.ts';
import { complain } from '../messages.ts';
import { folderOf, from } from './paths.ts';
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
}

const NAMES = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((end) => `chainwalk.config.${end}`);

const EXAMPLE = 'a chainwalk.config.yaml is as short as `groups: [{ files: "net/*.rules" }]`; see `chainwalk explain config`';

/** Undefined when there is none that can be used, which has been said. */
export async function loadConfig(call: Call): Promise<LoadedConfig | undefined> {
  const file = textOf(call.input, 'config') ?? (await findConfig(call));
  if (file === undefined) return undefined;
  const read = await (/\.[cm]?[jt]s$/.test(file) ? readModule(call, file) : readTree(call, file, readShape));
  if (read === undefined) return undefined;
  const { value: config, source, root } = read;
  return { config, source, root, folder: folderOf(file) };
}

async function findConfig({ io }: Call): Promise<string | undefined> {
  const depth = io.cwd.split(/[\\/]/).filter((part) => part !== '').length;
  let folder = '';
  for (let up = 0; up <= depth; up++) {
    const found: string[] = [];
    for (const name of NAMES) if ('text' in (await io.read(from(folder, name)))) found.push(from(folder, name));
    if (found.length === 1) return found[0];
    if (found.length > 1) {
      await complain(io, {
        message: `there are two configurations, ${found.map((one) => `\`${one}\``).join(' and ')}`,
        help: '--config says which',
      });
      return undefined;
    }
    folder = from(folder, '..');
  }
  await complain(io, { message: 'there is no chainwalk.config.ts, .js, .json or .yaml in this folder or above it', help: EXAMPLE });
  return undefined;
}

/** The places in a module are not known: no text, no frame. */
async function readModule(call: Call, file: string): Promise<ReadTree<ChainwalkConfig> | undefined> {
  const { io } = call;
  const loaded = await io.load(file);
  if ('value' in loaded && loaded.value !== undefined) {
    return checkTree(call, { source: { file, text: '' }, root: toNode(loaded.value) }, readShape);
  }
  const why = 'problem' in loaded ? loaded.problem : 'it has no default export';
  await complain(io, { message: `cannot read \`${file}\`: ${why}`, help: '`export default defineConfig({ ... })`' });
  return undefined;
}
