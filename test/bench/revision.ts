/** The programs of another revision, built in a folder of their own. */
import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Its `dist`. `folder`: does not exist yet. Packages are those of this checkout where both revisions ask for the same ones. */
export function buildRevision(revision: string, folder: string): string {
  run(ROOT, 'git', 'worktree', 'add', '--quiet', '--detach', folder, revision);
  const locks = [ROOT, folder].map((checkout) => readFileSync(join(checkout, 'package-lock.json'), 'utf8'));
  if (locks[0] === locks[1]) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  else run(folder, 'npm', 'ci', '--silent');
  run(folder, 'npm', 'run', '--silent', 'build');
  return join(folder, 'dist');
}

export function removeRevision(folder: string): void {
  run(ROOT, 'git', 'worktree', 'remove', '--force', folder);
}

function run(cwd: string, program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}
