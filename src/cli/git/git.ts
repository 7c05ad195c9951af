/** Git, asked through the program itself. It tells its errors in the language of the user: what went wrong is found out by further
 *  questions, not read from the text. man git(1), gitrevisions(7) */
import type { Io } from '../io/io.ts';

export type Git = Pick<Io, 'execute'>;

export interface GitProblem {
  readonly problem: string;
  readonly help?: string;
}

/** A repository's own configuration may name a program that watches its files: it is not run. */
const OWN = ['-c', 'core.fsmonitor=false'];

/** What git printed, or the first line of why it did not. */
export async function askGit({ execute }: Git, args: readonly string[]): Promise<{ readonly out: string } | GitProblem> {
  const done = await execute('git', [...OWN, ...args]);
  if ('problem' in done) return { problem: `git cannot be run: ${done.problem}` };
  if (done.code === 0) return { out: done.out };
  const [line = ''] = done.err.split('\n');
  return { problem: `git: ${line.replace(/^fatal: /, '') || `exit code ${done.code}`}` };
}

/** Undefined when there is a repository here. */
export async function noRepository(git: Git): Promise<GitProblem | undefined> {
  const answer = await askGit(git, ['rev-parse', '--git-dir']);
  return 'problem' in answer ? { ...answer, problem: `no git repository: ${answer.problem}` } : undefined;
}

/** Undefined when git knows the revision. */
export async function noRevision(git: Git, revision: string): Promise<GitProblem | undefined> {
  const known = await askGit(git, ['rev-parse', '--verify', '--quiet', `${revision}^{tree}`]);
  if ('out' in known) return undefined;
  const shallow = await askGit(git, ['rev-parse', '--is-shallow-repository']);
  const isShallow = 'out' in shallow && shallow.out.trim() === 'true';
  return {
    problem: `git knows no revision \`${revision}\` here`,
    help: isShallow
      ? 'this clone is shallow: fetch more of its history, as with `fetch-depth: 0` in CI'
      : '`git branch -a` and `git tag` list names',
  };
}
