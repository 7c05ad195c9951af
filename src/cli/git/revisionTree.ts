/** The files of a revision, by the paths that the working tree would have for them. man git-ls-tree(1), git-diff(1) */
import { posix } from 'node:path';
import type { Io } from '../io/io.ts';
import { changedFiles } from './changedFiles.ts';
import { askGit, type GitProblem, noRepository, noRevision } from './git.ts';
import { readRevision } from './readRevision.ts';

export interface RevisionTree extends Pick<Io, 'read' | 'glob'> {
  /** what git takes a file of the revision to be called now, where it has another name */
  readonly renamed: ReadonlyMap<string, string>;
  /** files that are here, and are new or have another content, or another name */
  readonly changed: readonly string[];
}

/** Links lead on as they do in a folder, but not out of the repository. */
const MOST_LINKS = 16;

export async function revisionTree(io: Io, revision: string): Promise<RevisionTree | GitProblem> {
  const missing = revision.startsWith('-')
    ? { problem: `\`${revision}\` is not a known revision` }
    : ((await noRepository(io)) ?? (await noRevision(io, revision)));
  if (missing !== undefined) return missing;
  const listed = await askGit(io, ['ls-tree', '-r', '-z', '--full-tree', revision]);
  const prefix = await askGit(io, ['rev-parse', '--show-prefix']);
  const changed = await changedFiles(io, { range: { base: revision } });
  if ('problem' in listed) return listed;
  if ('problem' in prefix) return prefix;
  if ('problem' in changed) return changed;
  const here = prefix.out.replace(/\n$/, '');
  const fromHere = (path: string): string => posix.relative(here, path);
  const modes = new Map(listed.out.split('\0').flatMap(entryOf));
  const names = [...modes].filter(([, mode]) => mode !== SUBMODULE).map(([path]) => fromHere(path));
  const readTop = async (path: string, links = 0): ReturnType<Io['read']> => {
    const content = await readRevision(io, { revision, path });
    if (modes.get(path) !== LINK || 'problem' in content) return content;
    const target = posix.join(posix.dirname(path), content.text);
    if (links === MOST_LINKS || target.startsWith('../') || posix.isAbsolute(content.text))
      return { problem: `\`${path}\` is a link that leads out of the repository` };
    return readTop(target, links + 1);
  };
  return {
    read: (path) => {
      const top = posix.join(here, path);
      // what lies outside the repository is the same for every revision
      return path === '-' || posix.isAbsolute(path) || top.startsWith('../') ? io.read(path) : readTop(top);
    },
    glob: (patterns, folder) => io.match(patterns, { folder, names }),
    changed: changed.flatMap(({ head }) => (head === undefined ? [] : [fromHere(head)])),
    renamed: new Map(
      changed.flatMap(({ base, head }) =>
        base === undefined || head === undefined || base === head ? [] : [[fromHere(base), fromHere(head)] as const],
      ),
    ),
  };
}

const LINK = '120000';
const SUBMODULE = '160000';

/** `100644 blob HASH\tpath` */
function entryOf(line: string): readonly (readonly [path: string, mode: string])[] {
  const [, mode = '', path = ''] = /^(\d+) \w+ \w+\t(.+)$/s.exec(line) ?? [];
  return path === '' ? [] : [[path, mode]];
}
