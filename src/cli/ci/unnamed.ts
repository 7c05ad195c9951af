/** New and changed files that hold pods or rules, and that no group of the configuration names: nothing of them is checked. */
import { plural } from '../../lib/plural.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { RevisionTree } from '../git/revisionTree.ts';
import { type ConfigFiles, recognise } from './groups.ts';

export interface NamedAndChanged {
  readonly loaded: LoadedConfig;
  readonly tree: Pick<RevisionTree, 'changed'>;
  readonly named: ReadonlySet<string>;
}

const MAY_BE_CHECKED = /\.(?:rules|v4|v6|iptables|save|ya?ml|json)$/;
const HIDDEN = /(?:^|\/)\./;
const MOST_NAMES = 3;

/** A sentence, without capital and stop; none when there are none. Only below the folder of the configuration. */
export async function unnamedFiles(files: ConfigFiles, { loaded, tree, named }: NamedAndChanged): Promise<readonly string[]> {
  const below = loaded.folder === '' || loaded.folder === '.' ? '' : `${loaded.folder}/`;
  const asked = tree.changed.filter(
    (file) => file.startsWith(below) && !file.startsWith('../') && MAY_BE_CHECKED.test(file) && !HIDDEN.test(file) && !named.has(file),
  );
  const found: { readonly file: string; readonly what: string }[] = [];
  for (const file of asked) {
    const content = await files.read(file);
    if (!('text' in content)) continue;
    const { kind, holdsPod } = await recognise(files, file, undefined);
    if (kind === 'manifest' ? holdsPod : kind === 'rules') found.push({ file, what: kind === 'rules' ? 'rules' : 'a pod' });
  }
  const [first] = found;
  if (first === undefined) return [];
  if (found.length === 1) return [`${first.file} holds ${first.what}, and no group of the configuration names it: it is not checked`];
  const more = found.length - MOST_NAMES;
  const names = `${found
    .slice(0, MOST_NAMES)
    .map(({ file }) => file)
    .join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    `${plural(found.length, 'changed file')} hold pods or rules, and no group of the configuration names them: ${names} are not checked`,
  ];
}
