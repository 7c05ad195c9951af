/** `--git BASE..HEAD [paths...]`: what changed between two revisions, as pairs of files. */
import { holdsPods, kindOf } from '../../app/load/recognise.ts';
import { type Call, optionList, optionText } from '../argv/command.ts';
import { changedFiles, placeIn, readRange } from '../git/changedFiles.ts';
import { askGit, type GitProblem } from '../git/git.ts';
import { complain } from '../io/messages.ts';
import { type FilePair, type Files, readPair } from './files.ts';

/** Documentation shows rules that are not loaded. */
const DOCUMENTATION = /\.(?:md|markdown|rst|adoc|txt)$/i;

/** Undefined when git cannot be asked, which has been reported. */
export async function filesOfRange({ io, input }: Call): Promise<Files | undefined> {
  const paths = input.args;
  const range = await readRange(io, optionText(input, 'git') ?? '');
  if ('problem' in range) return said(io, range);
  const changed = await changedFiles(io, { range, paths });
  if ('problem' in changed) return said(io, changed);
  const place = { base: await placeIn(io, range.base), head: await placeIn(io, range.head) };
  const pairs = changed.map(
    ({ base, head }): FilePair => ({
      ...(base !== undefined && !DOCUMENTATION.test(base) && { base: place.base(base) }),
      ...(head !== undefined && !DOCUMENTATION.test(head) && { head: place.head(head) }),
    }),
  );
  const values = await fromTop(io, optionList(input, 'values'));
  const touched = (await changedFiles(io, { range })) as readonly { readonly base?: string; readonly head?: string }[];
  const meshChanged = values.some((file) => touched.some(({ base, head }) => base === file || head === file));
  // what other pods follow from has changed: all of them are compared
  const others = meshChanged || (await concernsOthers({ io, input }, pairs)) ? await manifestsOf(io, range.head, paths) : [];
  const known = new Set(changed.flatMap(({ head }) => head ?? []));
  const named: readonly FilePair[] = [
    ...pairs.filter(({ base, head }) => base !== undefined || head !== undefined),
    ...others.filter((file) => !known.has(file)).map((file) => ({ base: place.base(file), head: place.head(file) })),
  ];
  return {
    pairs: await Promise.all(named.map((pair) => readPair(io.read, pair))),
    explicit: false,
    passedOver: pairs.filter(({ base, head }) => base === undefined && head === undefined).length,
    notes: [],
    valuesGiven: new Set(values.flatMap((file) => [place.base(file), place.head(file)])),
    rename: (file, side) => {
      const at = side === 'base' ? range.base : range.head;
      return at === undefined ? file : `${at}:./${file}`;
    },
  };
}

/** A manifest without pods changed: a namespace, a network attachment, a ProxyConfig. */
async function concernsOthers({ io }: Call, pairs: readonly FilePair[]): Promise<boolean> {
  for (const { base, head } of pairs)
    for (const file of [base, head]) {
      const content = file === undefined ? undefined : await io.read(file);
      if (content === undefined || 'problem' in content) continue;
      const found = kindOf(content.text);
      if ('kind' in found && found.kind === 'manifest' && !holdsPods(content.text)) return true;
    }
  return false;
}

async function said(io: Call['io'], { problem, help }: GitProblem): Promise<undefined> {
  await complain(io, { message: problem, help });
}

/** Paths from here as paths from the top. */
async function fromTop(io: Call['io'], files: readonly string[]): Promise<readonly string[]> {
  const prefix = await askGit(io, ['rev-parse', '--show-prefix']);
  const above = 'out' in prefix ? prefix.out.trim() : '';
  return files.map((file) => `${above}${file.replace(/^\.\//, '')}`);
}

/** Files of a revision that may hold manifests, from the top. */
async function manifestsOf(io: Call['io'], revision: string | undefined, paths: readonly string[]): Promise<readonly string[]> {
  const at = revision === undefined ? [] : [revision];
  const answer = await askGit(io, ['grep', '-l', '-z', '-I', '--full-name', '-E', '^[ \t]*(- )?"?kind"?[ \t]*:', ...at, '--', ...paths]);
  const names = 'out' in answer ? answer.out.split('\0').filter((name) => name !== '') : [];
  return names.map((name) => (revision === undefined ? name : name.slice(revision.length + 1))).filter((name) => !DOCUMENTATION.test(name));
}
