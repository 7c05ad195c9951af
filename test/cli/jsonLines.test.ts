/** `verify -o jsonl`: a line for each subject as it is answered, each answer once, and the totals. */
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program/run.ts';
import { readFixture } from '../support/fixtures.ts';
import { laterDump } from '../support/laterDump.ts';
import { chainwalk, memoryIo, memorySink } from './memoryIo.ts';

const SIDECAR = readFixture('istio-sidecar').text;
const OTHER = SIDECAR.replaceAll('-owner 1337', '-owner 1338');
const FILES = {
  'pods/a.rules': SIDECAR,
  'pods/b.rules': laterDump(SIDECAR, 3),
  'pods/c.rules': OTHER,
  'pods/d.rules': laterDump(OTHER, 5),
  'pods/e.rules': SIDECAR,
};

interface Line {
  readonly kind: string;
  readonly rules: readonly string[];
  readonly [key: string]: unknown;
}

function linesOf(out: string): readonly Line[] {
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('lines of rules', () => {
  it('say an answer once, whatever the files are called', async () => {
    const { out, code, err } = await chainwalk(['verify', '-o', 'jsonl', 'pods'], { files: FILES });
    expect([code, err]).toEqual([1, '']);
    const lines = linesOf(out);
    expect(lines.map(({ kind, exit }) => [kind, exit])).toEqual([
      ['subject', 0],
      ['same', 0],
      ['subject', 1],
      ['same', 1],
      ['same', 0],
      ['end', 1],
    ]);
    expect(lines.slice(0, -1).map(({ rules }) => rules.join())).toEqual(Object.keys(FILES));
    expect(new Set(lines.slice(0, -1).map(({ answer }) => answer)).size).toBe(2);
    expect(lines.at(-1)).toMatchObject({ subjects: 5, answers: 2, files: 5, verdicts: { FAIL: 2, OK: 3 }, exit: 1 });
  });

  it('have what -o json has of a subject, and its totals', async () => {
    const { out } = await chainwalk(['verify', '-o', 'jsonl', 'pods'], { files: FILES });
    const whole = JSON.parse((await chainwalk(['verify', '--json', 'pods'], { files: FILES })).out) as {
      results: Line[];
      summary: unknown;
      bounds: string;
    };
    const lines = linesOf(out);
    expect(lines[0]).toMatchObject(whole.results[0] as Line);
    expect(lines[2]).toMatchObject(whole.results[2] as Line);
    expect(lines.at(-1)).toMatchObject({ summary: whole.summary, bounds: whole.bounds });
  });

  it('of a file that cannot be read, or does not load, have its errors; the others are answered, and the run ends in 2', async () => {
    const files = { ...FILES, 'x.rules': '*nat\n-A NOWHERE -j ACCEPT\nCOMMIT\n', 'empty.rules': '', 'deploy.yaml': 'kind: Pod\n' };
    const { out, code, err } = await chainwalk(
      ['verify', '-o', 'jsonl', 'x.rules', 'none.rules', 'empty.rules', 'pods/a.rules', 'deploy.yaml'],
      { files },
    );
    expect(code).toBe(2);
    const lines = linesOf(out);
    expect(lines.map(({ kind }) => kind)).toEqual(['unread', 'unread', 'unread', 'subject', 'unread', 'end']);
    expect(lines[0]).toMatchObject({ rules: ['x.rules'], errors: [{ kind: 'not-loadable', line: 2 }] });
    expect(lines.at(-1)).toMatchObject({ subjects: 1, unread: 4, exit: 2 });
    expect(err).toContain('cannot read `none.rules`');
  });

  it('of other files in a folder say that they are skipped, and a folder without rules proves nothing', async () => {
    const { out, code } = await chainwalk(['verify', '-o', 'jsonl', 'notes'], {
      files: { 'notes/a.txt': 'hello\n', 'notes/b.txt': 'there\n', 'notes/c.txt': '\n' },
    });
    expect(linesOf(out).map(({ kind }) => kind)).toEqual(['skipped', 'skipped', 'skipped', 'end']);
    expect(code).toBe(2);
  });

  it('of two files of one pod are one', async () => {
    const v6 = SIDECAR.replaceAll('iptables', 'ip6tables').replaceAll('127.0.0.1/32', '::1/128').replaceAll('127.0.0.6/32', '::6/128');
    const { out } = await chainwalk(['verify', '-o', 'jsonl', 'v4.rules', 'v6.rules'], { files: { 'v4.rules': SIDECAR, 'v6.rules': v6 } });
    expect(linesOf(out).map(({ kind, rules }) => [kind, rules])).toEqual([
      ['subject', ['v4.rules', 'v6.rules']],
      ['end', undefined],
    ]);
  });

  it("with --strict end in 1 for a warning about one text, which is that subject's", async () => {
    const files = { ...FILES, 'pods/b.rules': `# chainwalk-disable-file no-dead-rule\n${SIDECAR}` };
    const { out, code } = await chainwalk(
      ['verify', '--strict', '-o', 'jsonl', '--only', 'no-redirect-loop', 'pods/a.rules', 'pods/b.rules', 'pods/e.rules'],
      { files },
    );
    expect(linesOf(out).map(({ exit }) => exit)).toEqual([0, 1, 0, 1]);
    expect(code).toBe(1);
  });

  it('are alone, and are for rules', async () => {
    for (const argv of [
      ['-o', 'jsonl,sarif=x.sarif'],
      ['-o', 'jsonl', '--json'],
      ['-o', 'jsonl=x.jsonl'],
      ['-o', 'jsonl', '--fix'],
    ])
      expect(await chainwalk(['verify', ...argv, 'pods'], { files: FILES })).toMatchObject({ code: 2, out: '' });
    const { code, err } = await chainwalk(['diff', '-o', 'jsonl', 'pods/a.rules', 'pods/c.rules'], { files: FILES });
    expect(code).toBe(2);
    expect(err).toContain('`jsonl` is a format of `verify` of files');
  });

  it('are written as the reader takes them, and end when the reader has gone', async () => {
    const files = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`pods/p${String(at).padStart(4, '0')}.rules`, SIDECAR]));
    const out = memorySink(false);
    const io = memoryIo({ setting: { files }, out, err: memorySink(false), written: {} });
    let isWriting = false;
    const sizes: number[] = [];
    const write = async (text: string) => {
      expect(isWriting).toBe(false);
      isWriting = true;
      await new Promise((resolve) => setImmediate(resolve));
      isWriting = false;
      sizes.push(text.length);
    };
    await run({ argv: ['verify', '-o', 'jsonl', 'pods'], version: '1' }, { ...io, out: { ...out, write, closed: () => sizes.length > 2 } });
    expect(Math.max(...sizes)).toBeLessThan(150_000);
    expect(sizes.length).toBeLessThan(6);
  });
});
