/** `REV:path`, a file as a revision has it, written as git writes it. A file of that very name comes first. man gitrevisions(7) */
import type { Call } from '../argv/command.ts';
import type { Io, ReadResult } from '../io/io.ts';
import { askGit, type Git, type GitProblem, noRepository, noRevision } from './git.ts';

export interface RevisionPath {
  /** empty: the index */
  readonly revision: string;
  /** from the top of the repository; `./path` from here */
  readonly path: string;
}

/** Undefined for a text that cannot be one. */
export function parseRevisionPath(text: string): RevisionPath | undefined {
  const colon = text.indexOf(':');
  // git would take a revision that starts with a dash for an option
  if (colon < 0 || text.startsWith('-') || /[\s\0]/.test(text.slice(0, colon))) return undefined;
  return { revision: text.slice(0, colon), path: text.slice(colon + 1) };
}

export async function readRevision(git: Git, at: RevisionPath): Promise<{ readonly text: string } | GitProblem> {
  const name = `${at.revision}:${at.path}`;
  const answer = await askGit(git, ['cat-file', 'blob', name]);
  if ('out' in answer) return { text: answer.out };
  if (answer.problem.startsWith('git cannot be run')) return answer;
  const wrong = (await noRepository(git)) ?? (at.revision === '' ? undefined : await noRevision(git, at.revision));
  return wrong ?? (await noPath(git, at));
}

async function noPath(git: Git, { revision, path }: RevisionPath): Promise<GitProblem> {
  const where = revision === '' ? 'the index' : `revision \`${revision}\``;
  const type = await askGit(git, ['cat-file', '-t', `${revision}:${path}`]);
  if ('out' in type && type.out.trim() === 'tree') return { problem: `\`${path}\` is a directory in ${where}` };
  const problem = `\`${path}\` is not in ${where}`;
  const here = await askGit(git, ['cat-file', '-t', `${revision}:./${path}`]);
  return 'out' in here
    ? { problem, help: `paths count from the top of the repository; \`${revision}:./${path}\` counts from here` }
    : { problem };
}

/** Files of revisions can be read like any other. */
export function withRevisions({ io, input }: Call): Call {
  const read: Io['read'] = async (path): Promise<ReadResult> => {
    const file = await io.read(path);
    const at = 'problem' in file ? parseRevisionPath(path) : undefined;
    if (at === undefined) return file;
    const answer = await readRevision(io, at);
    if ('text' in answer) return answer;
    return { problem: answer.help === undefined ? answer.problem : `${answer.problem} (${answer.help})` };
  };
  return { io: { ...io, read }, input };
}
