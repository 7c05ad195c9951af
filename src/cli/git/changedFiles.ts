/** Which files changed between two revisions, or between one and the working tree. man git-diff(1) */
import { askGit, type Git, type GitProblem, noRepository, noRevision } from './git.ts';

export interface GitRange {
  readonly base: string;
  /** absent: the working tree */
  readonly head?: string;
}

/** `BASE..HEAD`, `BASE...HEAD` (from where HEAD left BASE), or `BASE` alone: against the working tree. */
export async function readRange(git: Git, text: string): Promise<GitRange | GitProblem> {
  const [, from = '', dots, to = ''] = /^(.*?)(\.{2,3})(.*)$/.exec(text) ?? [undefined, text];
  const base = from === '' ? 'HEAD' : from;
  const head = dots === undefined ? undefined : to === '' ? 'HEAD' : to;
  const wrong = text === '' || text.startsWith('-') || to.startsWith('-') || to.startsWith('.');
  if (wrong)
    return { problem: `\`${text}\` is not a valid range of revisions`, help: '--git main..HEAD, or --git main for the working tree' };
  const missing =
    (await noRepository(git)) ?? (await noRevision(git, base)) ?? (head === undefined ? undefined : await noRevision(git, head));
  if (missing !== undefined) return missing;
  if (dots !== '...' || head === undefined) return { base, ...(head !== undefined && { head }) };
  const fork = await askGit(git, ['merge-base', base, head]);
  if ('problem' in fork) return { problem: `\`${base}\` and \`${head}\` have no common ancestor here` };
  return { base: fork.out.trim().slice(0, 12), head };
}

/** Paths from the top of the repository. */
export interface ChangedFile {
  /** absent: the file is new */
  readonly base?: string;
  /** absent: the file is gone */
  readonly head?: string;
}

/** `paths` as git takes them: files, folders or patterns, from here. */
export async function changedFiles(
  git: Git,
  { range, paths = [] }: { readonly range: GitRange; readonly paths?: readonly string[] },
): Promise<readonly ChangedFile[] | GitProblem> {
  const { base, head } = range;
  const revisions = head === undefined ? [base] : [base, head];
  const answer = await askGit(git, ['-c', 'diff.relative=false', 'diff', '--name-status', '-z', '-M', ...revisions, '--', ...paths]);
  return 'problem' in answer ? answer : parseNameStatus(answer.out);
}

/** `M\0path\0R087\0old\0new\0` */
function parseNameStatus(text: string): readonly ChangedFile[] {
  const words = text.split('\0');
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < words.length; ) {
    const status = words[at++] ?? '';
    const path = words[at++] ?? '';
    if (status.startsWith('R')) files.push({ base: path, head: words[at++] ?? '' });
    else if (status.startsWith('C')) files.push({ head: words[at++] ?? '' });
    else if (status === 'A') files.push({ head: path });
    else if (status === 'D') files.push({ base: path });
    else files.push({ base: path, head: path });
  }
  return files;
}

/** `REV:path`, or the path in the working tree as it is reached from here. */
export async function placeIn(git: Git, revision: string | undefined): Promise<(path: string) => string> {
  if (revision !== undefined) return (path) => `${revision}:${path}`;
  const up = await askGit(git, ['rev-parse', '--show-cdup']);
  const prefix = 'out' in up ? up.out.trim() : '';
  return (path) => `${prefix}${path}`;
}
