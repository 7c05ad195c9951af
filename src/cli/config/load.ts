/** Finds and reads the configuration: the nearest `chainwalk.config.*` in this folder or above, or --config. */
import type { ChainwalkConfig } from '../../config.ts';
import type { Node } from '../../istio/manifest/node.ts';
import type { Diagnostic } from '../../syntax/diagnostic.ts';
import type { Source, Span } from '../../syntax/source.ts';
import { type Call, textOf } from '../command.ts';
import { showDiagnostics } from '../diagnostics.ts';
import { readYaml } from '../manifest/readYaml.ts';
import { complain } from '../messages.ts';
import { folderOf, from } from './paths.ts';
import { readShape } from './shape.ts';
import { toNode } from './toNode.ts';

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
  const read = await readTree(call, file);
  if (read === undefined) return undefined;
  const diagnostics: Diagnostic[] = [];
  const tell = (one: { readonly message: string; readonly help?: string; readonly span: Span }) =>
    diagnostics.push({ kind: 'malformed', source: read.source, ...one });
  const config = readShape(read.root, { path: '', tell });
  await showDiagnostics(call, diagnostics);
  if (config === undefined || diagnostics.length > 0) return undefined;
  return { ...read, config, folder: folderOf(file) };
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

async function readTree(call: Call, file: string): Promise<Pick<LoadedConfig, 'source' | 'root'> | undefined> {
  const { io } = call;
  const content = await io.read(file);
  if ('problem' in content) {
    await complain(io, { message: `cannot read \`${file}\`: ${content.problem}` });
    return undefined;
  }
  if (/\.[cm]?[jt]s$/.test(file)) {
    const loaded = await io.load(file);
    // a place in a module is not known: no text, no frame
    if ('value' in loaded && loaded.value !== undefined) return { source: { file, text: '' }, root: toNode(loaded.value) };
    const why = 'problem' in loaded ? loaded.problem : 'it has no default export';
    await complain(io, { message: `cannot read \`${file}\`: ${why}`, help: '`export default defineConfig({ ... })`' });
    return undefined;
  }
  const source: Source = { file, text: content.text };
  const { documents, diagnostics } = await readYaml(source);
  await showDiagnostics(call, diagnostics);
  const [document] = documents;
  if (document === undefined || documents.length > 1 || diagnostics.length > 0) {
    if (diagnostics.length === 0)
      await complain(io, { message: `\`${file}\` holds ${documents.length === 0 ? 'nothing' : 'several documents'}`, help: EXAMPLE });
    return undefined;
  }
  return { source, root: document.root };
}
