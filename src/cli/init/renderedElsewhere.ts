/** Charts and overlays: what reaches the cluster is made of them, and is not in the folder. */
import { at, itemsOf, stringAt } from '../../kubernetes/yaml/node.ts';
import type { Source } from '../../syntax/text/source.ts';
import { folderOf, from } from '../config/paths.ts';
import { readYaml } from '../input/yaml.ts';

export interface MadeElsewhere {
  /** a file, or a folder with a slash at its end: all that is below it */
  readonly path: string;
  readonly why: string;
  /** other files that belong to it */
  readonly files: readonly string[];
}

export async function renderedElsewhere(sources: readonly Source[]): Promise<readonly MadeElsewhere[]> {
  const charts = sources.filter(({ file }) => /(?:^|\/)Chart\.ya?ml$/.test(file)).map(({ file }) => chartAt(folderOf(file)));
  const overlays: MadeElsewhere[] = [];
  for (const source of sources) if (/(?:^|\/)kustomization\.ya?ml$/.test(source.file)) overlays.push(await overlayOf(source));
  return [...charts, ...overlays];
}

function chartAt(folder: string): MadeElsewhere {
  const path = folder === '' ? '.' : folder;
  return {
    path: folder === '' ? 'templates/' : `${folder}/`,
    why: `a Helm chart: check what it makes, \`helm template ${path} > rendered.yaml\``,
    files: folder === '' ? ['Chart.yaml', 'values.yaml'] : [],
  };
}

/** Its resources are whole objects and stay; its patches are parts of some. */
async function overlayOf(source: Source): Promise<MadeElsewhere> {
  const folder = folderOf(source.file);
  const { documents } = await readYaml(source);
  const root = documents[0]?.root;
  const named = (key: string) => (root === undefined ? [] : itemsOf(at(root, key)));
  const merges = named('patchesStrategicMerge').flatMap((one) => stringAt(one) ?? []);
  const patches = [...named('patches'), ...named('patchesJson6902')].flatMap((one) => stringAt(one, 'path') ?? []);
  const files = [...merges, ...patches].map((file) => from(folder, file));
  const changes = files.length > 0 ? ', with its patches' : '';
  return {
    path: source.file,
    why: `an overlay of Kustomize${changes}: check what it makes, \`kubectl kustomize ${folder === '' ? '.' : folder} > rendered.yaml\``,
    files: [source.file, ...files],
  };
}
