/** `verify -o jsonl --jobs N`: threads change neither a byte nor the exit code. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io/io.ts';
import { run } from '../../src/cli/program/run.ts';
import { readFixture } from '../support/fixtures.ts';
import { laterDump } from '../support/laterDump.ts';
import { makePrograms } from '../support/programs.ts';
import { chainwalk, memoryIo, memorySink } from './memoryIo.ts';

const SIDECAR = readFixture('istio-sidecar').text;
const OTHER = SIDECAR.replaceAll('-owner 1337', '-owner 1338');
const FILES: Readonly<Record<string, string>> = {
  'pods/a.rules': OTHER,
  'pods/b.rules': SIDECAR,
  'pods/c.rules': laterDump(OTHER, 3),
  'pods/d.rules': '*nat\n-A OUTPUT -j NOWHERE\nCOMMIT\n',
  'pods/e.rules': laterDump(SIDECAR, 4),
  'pods/f.txt': 'nothing\n',
  'pods/g.rules': `${SIDECAR}# chainwalk-disable-file no-dead-rule\n`,
  'pods/h.rules': `${SIDECAR}# chainwalk-disable-file no-dead-rule\n`,
};

/** Threads in memory: each runs to its end before the next begins. */
async function withThreads(argv: readonly string[], edit: (text: string, at: number) => string = (text) => text) {
  const [out, err] = [memorySink(false), memorySink(false)];
  let started = 0;
  const startThread: Io['startThread'] = async (own) => {
    const at = started++;
    const [stdout, stderr] = [memorySink(false), memorySink(false)];
    await run({ argv: own, version: '1.2.3' }, memoryIo({ setting: { files: FILES }, out: stdout, err: stderr, written: {} }));
    async function* lines() {
      yield edit(stdout.text(), at).split('\n');
    }
    return { lines: lines(), said: Promise.resolve(`thread ${at} said so\n`), stop: () => {} };
  };
  const code = await run({ argv, version: '1.2.3' }, { ...memoryIo({ setting: { files: FILES }, out, err, written: {} }), startThread });
  return { code, out: out.text(), err: err.text(), started };
}

describe('threads', { timeout: 120_000 }, () => {
  it.each([[[]], [['--strict']], [['--quiet', '--only', 'no-redirect-loop,no-dead-rule']], [['--shard', '2/2']], [['--where', 'out tcp']]])(
    'say what one says, on both streams: %s',
    async (options) => {
      const argv = ['verify', '-o', 'jsonl', ...options, 'pods'];
      const { written: _, ...one } = await chainwalk(argv, { files: FILES });
      for (const jobs of [2, 3, 20]) {
        const { started, ...many } = await withThreads([...argv, '--jobs', String(jobs)]);
        expect(many).toEqual(one);
        expect(started).toBe(Math.min(jobs, options.includes('--shard') ? 4 : 8));
      }
    },
  );

  it('one that dies is a bug that is said, exit 3, and the output has no last line', async () => {
    const cut = (text: string, at: number) => (at === 1 ? text.replace(/\{[^\n]*"kind":"end".*\n/, '') : text);
    const { code, out, err } = await withThreads(['verify', '-o', 'jsonl', '--jobs', '2', 'pods'], cut);
    expect(code).toBe(3);
    expect(out).not.toContain('"kind":"end"');
    expect(err).toContain('thread 1 said so');
  });

  it('that saw other files are an error, exit 2', async () => {
    const other = (text: string, at: number) => (at === 1 ? text.replace(/"list":"\w+"/, '"list":"0"') : text);
    expect(await withThreads(['verify', '-o', 'jsonl', '--jobs', '2', 'pods'], other)).toMatchObject({
      code: 2,
      err: expect.stringContaining('files came or went'),
    });
  });

  it.each(['0', '-1', 'x', '1000'])('--jobs %s is not a number of them', async (text) => {
    expect(await chainwalk(['verify', '-o', 'jsonl', `--jobs=${text}`, 'pods'], { files: FILES })).toMatchObject({ code: 2, out: '' });
  });

  it('cannot share standard input, and are for jsonl', async () => {
    expect((await chainwalk(['verify', '-o', 'jsonl', '--jobs', '2', '-', 'pods'], { files: FILES, stdin: SIDECAR })).code).toBe(2);
    expect((await chainwalk(['verify', '--jobs', '2', 'pods'], { files: FILES })).err).toContain('--jobs is for -o jsonl');
  });
});

describe('threads of a process', { timeout: 240_000 }, () => {
  const programs = makePrograms();
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-jobs-'));
  mkdirSync(join(folder, 'pods'));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  afterAll(() => {
    programs.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  const chainwalkProcess = (...argv: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [programs.main, 'verify', '-o', 'jsonl', ...argv], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it('say what one says, on both streams', () => {
    const one = chainwalkProcess('pods');
    expect(one.status).toBe(2);
    expect(one.stdout).toContain('"kind":"end"');
    expect(chainwalkProcess('--jobs', '3', 'pods')).toEqual(one);
  });

  it('end with a process that is ended', () => {
    const { status, signal } = spawnSync(process.execPath, [programs.main, 'verify', '-o', 'jsonl', '--jobs', '3', 'pods'], {
      cwd: folder,
      timeout: 700,
      killSignal: 'SIGINT',
    });
    expect([status, signal]).toEqual([null, 'SIGINT']);
  });

  it('end when the reader has gone', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `'${process.execPath}' '${programs.main}' verify -o jsonl --jobs 2 pods | head -n 1 >/dev/null`],
      { cwd: folder, encoding: 'utf8' },
    );
    expect([status, stderr.replaceAll(/^(pods|help).*\n/gm, '')]).toEqual([0, '']);
  });
});
