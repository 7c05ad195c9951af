/** The configuration as the base has it. */
import type { Call } from '../argv/command.ts';
import { optionText } from '../argv/command.ts';
import { configsIn, foldersUpwards, isCode } from '../config/find.ts';
import { type LoadedConfig, readConfig } from '../config/load.ts';
import type { RevisionTree } from '../git/revisionTree.ts';
import { quietReader } from '../input/reader.ts';

export type ConfigOnBase =
  /** the base has none, or one that cannot be read */
  | { readonly kind: 'none'; readonly why: string }
  /** code of another revision is not run */
  | { readonly kind: 'code'; readonly file: string; readonly text: string }
  | { readonly kind: 'data'; readonly loaded: LoadedConfig };

/** The one that `chainwalk ci` would take there: that of --config, or the nearest. */
export async function configOnBase(call: Call, tree: RevisionTree): Promise<ConfigOnBase> {
  const given = optionText(call.input, 'config');
  for (const folder of given === undefined ? await foldersUpwards(call.io) : ['']) {
    const [file, other] = given === undefined ? await configsIn(tree, folder) : [given];
    if (file === undefined) continue;
    if (other !== undefined) return { kind: 'none', why: 'the base has two configurations' };
    const content = await tree.read(file);
    if ('problem' in content) return { kind: 'none', why: `the base has no \`${file}\`` };
    if (isCode(file)) return { kind: 'code', file, text: content.text };
    const loaded = await readConfig({ ...quietReader(tree.read), load: call.io.load }, file);
    return loaded === undefined ? { kind: 'none', why: `\`${file}\` cannot be read on the base` } : { kind: 'data', loaded };
  }
  return { kind: 'none', why: 'the base has no configuration' };
}
