/** Files of revisions, and which files changed, asked of a real git in a temporary repository. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changedFiles, placeIn, readRange } from '../../src/cli/git/changedFiles.ts';
import type { Git } from '../../src/cli/git/git.ts';
import { parseRevisionPath, readRevision } from '../../src/cli/git/readRevision.ts';
import { temporaryGit } from './temporaryGit.ts';

const repository = temporaryGit();
const outside = temporaryGit({ initialised: false });

function gitIn(folder: string): Git {
  return {
    execute: async (program, args) => {
      const env = { ...process.env, GIT_CEILING_DIRECTORIES: '/tmp', HOME: folder, LC_ALL: 'C' };
      const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' });
      return { code: status ?? 1, out: stdout, err: stderr };
    },
  };
}

const git = gitIn(repository.folder);

beforeAll(() => {
  repository.commit(
    { 'net/pod.rules': 'old\n', 'net/gone.rules': 'gone\n', 'net/long.rules': 'one\ntwo\nthree\nfour\n', 'ö "x".txt': 'a' },
    'one',
  );
  repository.commit(
    {
      'net/pod.rules': 'new\n',
      'net/gone.rules': undefined,
      'net/long.rules': undefined,
      'net/moved.rules': 'one\ntwo\nthree\nfour\n',
      'ö "x".txt': 'b',
      'net/added.rules': 'added\n',
    },
    'two',
  );
});

afterAll(() => {
  repository.remove();
  outside.remove();
});

describe('files of revisions', () => {
  it('a revision has the file as it was', async () => {
    expect(await readRevision(git, { revision: 'one', path: 'net/pod.rules' })).toEqual({ text: 'old\n' });
    expect(await readRevision(git, { revision: '', path: 'net/pod.rules' })).toEqual({ text: 'new\n' });
  });

  it('what a path of a revision looks like', () => {
    expect(parseRevisionPath('origin/main:net/pod.rules')).toEqual({ revision: 'origin/main', path: 'net/pod.rules' });
    expect(parseRevisionPath('HEAD~2:./a:b')).toEqual({ revision: 'HEAD~2', path: './a:b' });
    expect(parseRevisionPath('--output=x:y')).toBeUndefined();
    expect(parseRevisionPath('pod.rules')).toBeUndefined();
  });

  it.each([
    ['no repository', outside.folder, 'main:x', 'no git repository: git: not a git repository'],
    ['an unknown revision', repository.folder, 'nowhere:net/pod.rules', 'git knows no revision `nowhere` here'],
    ['a path that the revision does not have', repository.folder, 'one:net/added.rules', '`net/added.rules` is not in revision `one`'],
    ['a folder', repository.folder, 'one:net', '`net` is a directory in revision `one`'],
  ])('%s is told', async (_, folder, text, problem) => {
    const at = parseRevisionPath(text) ?? { revision: '', path: '' };
    expect(await readRevision(gitIn(folder), at)).toMatchObject({ problem: expect.stringContaining(problem) });
  });

  it('paths count from the top, and who forgets it is told', async () => {
    const answer = await readRevision(gitIn(`${repository.folder}/net`), { revision: 'one', path: 'pod.rules' });
    expect(answer).toMatchObject({ help: 'paths count from the top of the repository; `one:./pod.rules` counts from here' });
  });

  it('without git that is said', async () => {
    const none: Git = { execute: async () => ({ problem: 'no such file' }) };
    expect(await readRevision(none, { revision: 'one', path: 'x' })).toEqual({ problem: 'git cannot be run: no such file' });
  });
});

describe('changed files', () => {
  it('are changed, added, removed or renamed', async () => {
    expect(await changedFiles(git, { range: { base: 'one', head: 'two' } })).toEqual([
      { head: 'net/added.rules' },
      { base: 'net/gone.rules' },
      { base: 'net/long.rules', head: 'net/moved.rules' },
      { base: 'net/pod.rules', head: 'net/pod.rules' },
      { base: 'ö "x".txt', head: 'ö "x".txt' },
    ]);
  });

  it('only those of some paths, which count from here', async () => {
    const below = gitIn(`${repository.folder}/net`);
    expect(await changedFiles(below, { range: { base: 'one', head: 'two' }, paths: ['pod.rules'] })).toEqual([
      { base: 'net/pod.rules', head: 'net/pod.rules' },
    ]);
    expect((await placeIn(below, undefined))('net/pod.rules')).toBe('../net/pod.rules');
    expect((await placeIn(below, 'one'))('net/pod.rules')).toBe('one:net/pod.rules');
  });

  it('against the working tree', async () => {
    repository.write({ 'net/added.rules': 'edited\n' });
    const range = await readRange(git, 'two');
    expect(range).toEqual({ base: 'two' });
    expect(await changedFiles(git, { range: { base: 'two' } })).toEqual([{ base: 'net/added.rules', head: 'net/added.rules' }]);
    repository.git('checkout', '-q', '--', '.');
  });

  it('ranges are written as for git', async () => {
    expect(await readRange(git, 'one..two')).toEqual({ base: 'one', head: 'two' });
    expect(await readRange(git, 'one..')).toEqual({ base: 'one', head: 'HEAD' });
    const sha = repository.git('rev-parse', 'one').slice(0, 12);
    expect(await readRange(git, 'one...two')).toEqual({ base: sha, head: 'two' });
    expect(await readRange(git, 'one..nowhere')).toMatchObject({ problem: 'git knows no revision `nowhere` here' });
    expect(await readRange(git, '--all')).toMatchObject({ problem: '`--all` is not a valid range of revisions' });
    expect(await readRange(gitIn(outside.folder), 'one')).toMatchObject({ problem: expect.stringContaining('no git repository') });
  });
});
