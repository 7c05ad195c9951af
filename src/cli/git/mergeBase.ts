/** The commit from which HEAD left a revision: what the revision changed since then is not what HEAD changes. man git-merge-base(1) */
import { askGit, type Git } from './git.ts';

export interface ComparedRevision {
  readonly revision: string;
  /** when it is not plainly the revision that was given: a sentence without capital and stop */
  readonly note?: string;
}

const SHOWN_DIGITS = 12;

/** The revision itself where HEAD has all of it, or where nothing can be said of both. */
export async function mergeBaseOf(git: Git, given: string): Promise<ComparedRevision> {
  if (given.startsWith('-')) return { revision: given };
  const commit = await askGit(git, ['rev-parse', '--verify', '--quiet', `${given}^{commit}`]);
  // a tree has no history, and what is no revision is said elsewhere
  if ('problem' in commit) return { revision: given };
  const own = commit.out.trim();
  const fork = await askGit(git, ['merge-base', own, 'HEAD']);
  if ('out' in fork) {
    const [at = own] = fork.out.trim().split('\n');
    const revision = at.slice(0, SHOWN_DIGITS);
    return at === own
      ? { revision: given }
      : { revision, note: `compared with ${revision}, the merge base of ${given} and HEAD: ${given} has moved on` };
  }
  const shallow = await askGit(git, ['rev-parse', '--is-shallow-repository']);
  const why =
    'out' in shallow && shallow.out.trim() === 'true'
      ? `this clone is shallow and does not have the merge base of ${given} and HEAD (fetch more of its history, as with \`fetch-depth: 0\` in CI)`
      : `${given} and HEAD have no common ancestor`;
  return { revision: given, note: `${why}: compared with ${given} itself` };
}
