/** Reports and baselines as they come to lie on the disk: whole or not at all, and where the user said. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeIo } from '../../src/cli/io/io.ts';
import { chainwalk } from './memoryIo.ts';

let folder: string;
let cwd: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chainwalk-write-'));
  cwd = join(folder, 'checkout');
  mkdirSync(cwd);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text = 'new') => {
  const none = new PassThrough();
  return nodeIo({ stdin: none, stdout: none, stderr: none, env: {}, cwd }).write(path, text);
};

describe('a file that is written', () => {
  it('is whole, keeps its mode, and leaves nothing beside it', async () => {
    const path = join(cwd, 'a/b/report.json');
    expect(await write(path)).toEqual({});
    chmodSync(path, 0o640);
    expect(await write(path, 'newer')).toEqual({});
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, readdirSync(join(cwd, 'a/b'))]).toEqual([
      'newer',
      0o640,
      ['report.json'],
    ]);
  });

  it('takes the place of a link, and not of what the link leads to', async () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'old');
    symlinkSync(victim, join(cwd, 'chainwalk.sarif'));
    expect(await write(join(cwd, 'chainwalk.sarif'))).toEqual({});
    expect([readFileSync(victim, 'utf8'), lstatSync(join(cwd, 'chainwalk.sarif')).isFile()]).toEqual(['old', true]);
  });

  it('is not written where a link leads its folder out of the one it is meant for', async () => {
    symlinkSync(folder, join(cwd, 'out'));
    expect(await write(join(cwd, 'out/x.sarif'))).toEqual({ problem: 'a link leads its folder elsewhere' });
    expect(existsSync(join(folder, 'x.sarif'))).toBe(false);
    expect(await write(join(folder, 'elsewhere/x.sarif'))).toEqual({});
  });

  it.each(['/proc/x/y', '/proc/self/x/y/z.sarif', '/dev/null/x'])('%s: says why not, and does not hang', async (path) => {
    expect(await write(path)).toEqual({ problem: expect.any(String) });
  });

  it('leaves the old text when there is no room for the new one', async (context) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', cwd]);
    context.skip(mounted.status !== 0, 'nothing can be mounted here');
    try {
      const path = join(cwd, 'known.json');
      expect(await write(path, 'old')).toEqual({});
      expect(await write(path, 'x'.repeat(1_000_000))).toEqual({ problem: expect.stringContaining('no space left') });
      expect([readFileSync(path, 'utf8'), readdirSync(cwd)]).toEqual(['old', ['known.json']]);
    } finally {
      spawnSync('umount', [cwd]);
    }
  });

  it('is no folder', async () => {
    const path = join(cwd, 'old');
    mkdirSync(path);
    expect(await write(path)).toEqual({ problem: 'it is a directory' });
    expect(readdirSync(cwd)).toEqual(['old']);
  });

  it('a device is written as it is', async () => {
    expect(await write('/dev/null')).toEqual({});
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});

describe('two reports', () => {
  const files = { 'a.rules': '*filter\n-A INPUT -j ACCEPT\nCOMMIT\n' };
  it.each([
    'sarif=a.out,junit=./a.out',
    'sarif=a.out,junit=x/../a.out',
    'sarif=a.out,json=/home/work/a.out',
    'human,json=-',
    'sarif=-,junit=-',
  ])('%s: cannot go to one place, exit 2', async (output) => {
    const { code, err, written } = await chainwalk(['verify', 'a.rules', '-o', output], { files });
    expect([code, Object.keys(written), err]).toEqual([2, [], expect.stringContaining('cannot both go')]);
  });

  it('`-` is standard output', async () => {
    const { code, out, written } = await chainwalk(['verify', 'a.rules', '-o', 'json=-'], { files });
    expect([code, JSON.parse(out).schema, Object.keys(written)]).toEqual([0, 'chainwalk/verify/v1', []]);
  });
});
