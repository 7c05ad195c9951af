/** A git repository in a temporary folder, with nothing of this machine's configuration, for the program run in this process. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { nodeIo } from '../../src/cli/io/io.ts';
import { run } from '../../src/cli/program/run.ts';
import type { Result } from './memoryIo.ts';
import { memorySink } from './memoryIo.ts';

export interface Repository {
  readonly folder: string;
  readonly git: (...args: readonly string[]) => string;
  /** writes files, undefined removes one, and commits; under a name when one is given */
  readonly commit: (files: Readonly<Record<string, string | undefined>>, name?: string) => void;
  readonly write: (files: Readonly<Record<string, string | undefined>>) => void;
  /** as if typed there, or in a folder of it */
  readonly chainwalk: (
    argv: readonly string[],
    at?: { readonly below?: string; readonly stdin?: string; readonly env?: Readonly<Record<string, string>> },
  ) => Promise<Result>;
  readonly remove: () => void;
}

export function temporaryGit({ initialised = true } = {}): Repository {
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-git-'));
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CEILING_DIRECTORIES: dirname(folder),
    LC_ALL: 'C',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'a'],
        [`GIT_${who}_EMAIL`, 'a@example.com'],
      ]),
    ),
  };
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
  const write: Repository['write'] = (files) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      if (text === undefined) rmSync(path);
      else {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    }
  };
  const chainwalk: Repository['chainwalk'] = async (argv, { below = '', stdin = '', env: own = {} } = {}) => {
    const cwd = join(folder, below);
    const out = memorySink(false);
    const err = memorySink(false);
    const written: Record<string, string> = {};
    const none = new PassThrough();
    const files = nodeIo({ stdin: none, stdout: none, stderr: none, env: {}, cwd });
    const code = await run(
      { argv, version: '1.2.3' },
      {
        read: async (path) => (path === '-' ? { text: stdin } : readHere(resolve(cwd, path))),
        lines: async function* () {},
        write: async (path, text) => {
          written[path] = text;
          return {};
        },
        execute: async (program, args) => {
          const { error, status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' });
          return error === undefined ? { code: status ?? 1, out: stdout, err: stderr } : { problem: 'no such file' };
        },
        glob: files.glob,
        match: files.match,
        place: files.place,
        load: files.load,
        watch: files.watch,
        cwd,
        out,
        err,
        env: own,
      },
    );
    return { code, out: out.text(), err: err.text(), written };
  };
  if (initialised) git('init', '-q', '-b', 'main');
  const commit: Repository['commit'] = (files, name) => {
    write(files);
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', 'change');
    if (name !== undefined) git('tag', name);
  };
  return { folder, git, write, commit, chainwalk, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function readHere(path: string): { readonly text: string } | { readonly problem: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch {
    return { problem: 'no such file' };
  }
}
