/** How a process starts: from the version of Node to the exit code. What is broken never ends in 1, which means findings. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, loadPrograms } from '../src/load.ts';

const SRC = resolve(import.meta.dirname, '../src');
/** What an old Node reads before it is told that it is too old. */
const READ_FIRST = ['main.ts', 'kubectl-chainwalk.ts', 'kubectl-complete.ts', 'start.ts'];

const codeOf = (file: string, target: string) =>
  transformSync(readFileSync(join(SRC, file), 'utf8'), { loader: 'ts', target, supported: { 'dynamic-import': true } }).code;

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'chainwalk-start-'));
  mkdirSync(join(root, 'dist/programs'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{ "type": "module", "version": "9.8.7" }');
  for (const file of [...READ_FIRST, 'load.ts'])
    writeFileSync(join(root, 'dist', file.replace('.ts', '.js')), codeOf(file, 'node20').replaceAll('.ts"', '.js"'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The programs of the package, as a bundle that the test writes. */
function bundle(run: string): void {
  writeFileSync(join(root, 'dist/programs/programs.cjs'), `exports.nodeIo = (streams) => streams; exports.run = ${run};`);
}

interface Given {
  /** of Node, run before everything else */
  readonly first?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

function started({ first = '', cwd = root, env = {}, args = [] }: Given = {}) {
  writeFileSync(join(root, 'first.cjs'), first);
  const command = `cd "$1"; [ "$1" = "$2" ] || rmdir "$1"; shift 2; exec "$@"`;
  const node = [process.execPath, '--require', join(root, 'first.cjs'), join(root, 'dist/main.js'), ...args];
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command, 'sh', cwd, root, ...node], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
  return { status, stdout, stderr };
}

const version = (text: string) => `Object.defineProperty(process.versions, 'node', { value: '${text}' });`;

describe('a start', () => {
  it('gives arguments, version and folder to the program, and its answer to the process', () => {
    bundle(`async ({ argv, version }, { cwd }) => { process.stdout.write(JSON.stringify({ argv, version, cwd })); return 1; }`);
    const { status, stdout } = started({ args: ['trace', 'x'] });
    expect({ status, said: JSON.parse(stdout) }).toEqual({ status: 1, said: { argv: ['trace', 'x'], version: '9.8.7', cwd: root } });
  });

  it.each(['12.22.12', '18.20.8', '20.0.0', '20.18.3'])('on Node %s says in one line which is needed', (old) => {
    expect(started({ first: version(old) })).toEqual({
      status: 2,
      stdout: '',
      stderr: `chainwalk: needs Node 20.19 or later, this is ${old}\n`,
    });
  });

  it.each(['20.19.0', '21.0.0', '22.0.0', '100.1.0'])('Node %s is new enough', (enough) => {
    bundle('async () => 0');
    expect(started({ first: version(enough) })).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each(READ_FIRST)('an old Node can read %s: nothing in it is newer than modules', (file) => {
    expect(codeOf(file, 'es2019')).toBe(codeOf(file, 'esnext'));
    const imported = [...codeOf(file, 'esnext').matchAll(/^import .* from "(.*)"/gm)].map(([, from = '']) => from.replace('./', ''));
    expect(imported.filter((from) => !READ_FIRST.includes(from))).toEqual([]);
  });

  it('what needs it says so in package.json too', () => {
    const { engines } = JSON.parse(readFileSync(resolve(SRC, '../package.json'), 'utf8')) as { engines: { node: string } };
    expect(engines.node).toBe('>=20.19');
  });

  it.each([
    ['no programs at all', () => {}],
    ['a truncated bundle', () => writeFileSync(join(root, 'dist/programs/programs.cjs'), 'exports.run = async () => {')],
    ['a part that is missing', () => writeFileSync(join(root, 'dist/programs/programs.cjs'), "require('./chunk.cjs')")],
    ['no package.json', () => renameSync(join(root, 'package.json'), join(root, 'dist/package.json'))],
  ])('an installation with %s is damaged: exit 2', (_, damage) => {
    damage();
    const { status, stderr } = started();
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^chainwalk: cannot start, its installation is damaged: .+\n {2}help: install the package again\n$/),
    });
  });

  it('in a folder that was deleted it says so', () => {
    bundle('async () => 0');
    const gone = join(root, 'gone');
    mkdirSync(gone);
    expect(started({ cwd: gone })).toEqual({
      status: 2,
      stdout: '',
      stderr: 'chainwalk: the working folder does not exist any more: change to another one\n',
    });
  });

  it.each([
    ['thrown later', `async () => { setTimeout(() => { throw new Error('lost'); }); return 0; }`],
    ['of the program', `async () => { throw new Error('lost'); }`],
  ])('an exception %s is a bug: exit 3', (_, run) => {
    bundle(run);
    const { status, stderr } = started();
    expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringContaining('a bug in chainwalk') });
    expect(stderr).toContain('lost');
  });

  it('a cache that cannot be written or read stops nothing', () => {
    bundle('async () => 0');
    writeFileSync(join(root, 'file'), 'not a folder');
    for (const XDG_CACHE_HOME of [join(root, 'file'), '/proc', '/dev/null/x'])
      expect(started({ env: { XDG_CACHE_HOME } })).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('the code of the programs', () => {
  it('is in modules where nothing is bundled', async () => {
    expect(Object.keys((await loadPrograms({})).programs).toSorted()).toEqual(['nodeIo', 'run', 'runCompletion', 'runPlugin']);
  });

  it.each([
    [{ HOME: '/home/me' }, '/home/me/.cache'],
    [{ HOME: '/home/me', XDG_CACHE_HOME: '/caches' }, '/caches'],
    [{ HOME: '/home/me', XDG_CACHE_HOME: 'relative' }, '/home/me/.cache'],
    [{ LOCALAPPDATA: 'C:\\Users\\me' }, 'C:\\Users\\me'],
    [{ HOME: 'relative' }, undefined],
    [{}, undefined],
  ])('compiled code is kept in a folder of the user alone: %j', (env, folder) => {
    expect(cacheFolder(env)).toBe(folder);
  });
});
