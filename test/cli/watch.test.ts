/** `--watch`: with files in memory, and as a process among real files. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WATCH } from '../../src/cli/argv/options.ts';
import { COMMANDS } from '../../src/cli/commands/commands.ts';
import { nodeIo } from '../../src/cli/io/io.ts';
import { run } from '../../src/cli/program/run.ts';
import { chainwalk, memoryIo, memorySink } from './memoryIo.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const rules = (...lines: readonly string[]) => `*filter\n${lines.map((line) => `${line}\n`).join('')}COMMIT\n`;
const GOOD = rules('-A OUTPUT -j ACCEPT');
const BETTER = rules('-A OUTPUT -p tcp -j ACCEPT', '-A OUTPUT -j DROP');
const HOST = (address: string) => `{"interfaces":[{"name":"eth1","addresses":["${address}/24"]}],"routes":["default dev eth1"]}`;
const BAD = rules('-A OUTPUT -j NOWHERE');

describe('watching in memory', { timeout: 30_000 }, () => {
  it('each change is a run, an error ends nothing, and the last run has the exit code', async () => {
    const saves = [{ 'a.rules': BAD }, { 'a.rules': undefined }, { 'a.rules': BETTER }];
    const { code, out, err } = await chainwalk(['check', '--watch', 'a.rules'], { files: { 'a.rules': GOOD }, saves });
    expect(code).toBe(0);
    expect(out).toBe('ok: a.rules: 1 IPv4 rule in filter\nok: a.rules: 2 IPv4 rules in filter\n');
    expect(err).toContain('`NOWHERE` is neither');
    expect(err).toContain('cannot read `a.rules`: no such file');
    expect(err.match(/^\[\d\d:\d\d:\d\d\] a\.rules changed$/gm)).toHaveLength(3);
    expect(err.match(/^\[\d\d:\d\d:\d\d\] watching a\.rules; q ends$/gm)).toHaveLength(4);
  });

  it('the exit code is that of the last run', async () => {
    expect((await chainwalk(['check', '-w', 'a'], { files: { a: GOOD }, saves: [{ a: BAD }] })).code).toBe(2);
  });

  it('what is saved without a change is no reason to run', async () => {
    const { out } = await chainwalk(['check', '-w', 'a'], { files: { a: GOOD }, saves: [{ a: GOOD }] });
    expect(out).toBe('ok: a: 1 IPv4 rule in filter\n');
  });

  it('every file that was read counts: rules, host, packets, manifests, values', async () => {
    const packet = '{"dst":"203.0.113.9"}\n';
    const traced = await chainwalk(['trace', '-w', 'a', '--packets', 'p', '--host', 'h'], {
      files: { a: GOOD, p: packet, h: HOST('10.0.0.1') },
      saves: [{ h: HOST('10.0.0.2') }, { p: packet + packet }],
    });
    expect(traced.out.split('\n').filter((line) => line !== '')).toHaveLength(4);
    expect(traced.err).toMatch(/h changed\n[\s\S]* p changed\n/);
    const pod = 'kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec: {containers: [{name: app, image: x}]}\n';
    const verified = await chainwalk(['verify', '-w', 'pod.yaml', '--values', 'v.yaml', '--json'], {
      files: { 'pod.yaml': pod, 'v.yaml': '{}\n' },
      saves: [{ 'v.yaml': 'pilot: {cni: {enabled: true}}\n' }],
    });
    expect(verified.err).toContain('v.yaml changed');
    expect(verified.out.trimEnd().split('\n')).toHaveLength(2);
  });

  it('a run has what the run before kept, and verify says the same with it', async () => {
    const kept: unknown[] = [];
    const own = COMMANDS.filter(({ name }) => name === 'verify').map((command) => {
      const noted: typeof command.run = (io, input) => {
        kept.push(input.kept);
        return command.run(io, input);
      };
      return { ...command, run: noted };
    });
    const out = memorySink(false);
    const files = { a: GOOD, b: GOOD };
    await run(
      { argv: ['verify', '-w', 'a', 'b', '--json'], version: '1.2.3', commands: own },
      memoryIo({ setting: { files, saves: [{ b: BETTER }] }, out, err: memorySink(false), written: {} }),
    );
    expect(kept).toEqual([expect.anything(), kept[0]]);
    const alone = [
      await chainwalk(['verify', 'a', 'b', '--json'], { files }),
      await chainwalk(['verify', 'a', 'b', '--json'], { files: { ...files, b: BETTER } }),
    ];
    expect(out.text()).toBe(alone.map((one) => one.out).join(''));
  });

  it('is an option of every command that checks files', () => {
    const watching = COMMANDS.filter(({ options }) => options.includes(WATCH)).map(({ name }) => name);
    expect(watching).toEqual(expect.arrayContaining(['trace', 'verify', 'diff', 'check', 'ci', 'expect']));
  });

  it('what can be read only once is refused', async () => {
    for (const argv of [
      ['check', '-'],
      ['trace', '-', 'out tcp -> 203.0.113.9:443'],
      ['diff', 'a', '-'],
      ['diff', 'a', '/dev/fd/63'],
      ['check', 'a', '--host', '-'],
    ]) {
      const { code, out, err } = await chainwalk([...argv, '--watch'], { files: { a: GOOD } });
      if (argv.includes('--host')) expect(err).toContain('unknown option');
      else expect([code, out, err]).toEqual([2, '', expect.stringContaining('can be read only once')]);
    }
  });

  it('both sides of a diff count', async () => {
    const files = { a: GOOD, b: GOOD };
    const { code, out, err } = await chainwalk(['diff', 'a', 'b', '--watch', '--json'], { files, saves: [{ b: BETTER }, { a: BETTER }] });
    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).equivalent),
    ).toEqual([true, false, true]);
    expect(err).toMatch(/watching a and 1 more; q ends/);
  });

  it('ci: the configuration counts as what it names does', async () => {
    const files = { 'chainwalk.config.yaml': 'groups: [{ files: "*.rules", profile: none }]\n', 'a.rules': GOOD };
    const { code, err } = await chainwalk(['ci', '--watch'], {
      files,
      saves: [{ 'a.rules': BAD }, { 'chainwalk.config.yaml': 'groups: 5\n' }],
    });
    expect(code).toBe(2);
    expect(err).toMatch(
      /watching chainwalk\.config\.yaml and 1 more; q ends\n[\s\S]*a\.rules changed\n[\s\S]*chainwalk\.config\.yaml changed\n/,
    );
  });

  it.each(['q', '\u0003', '\u0004'])('the key %j ends it at once, and the terminal is as before', (key) => {
    const raw: boolean[] = [];
    const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
    const io = nodeIo({ stdin, stdout: new PassThrough(), stderr: new PassThrough(), env: {}, cwd: '/' });
    return new Promise<void>((done) => {
      const close = io.watch([], {
        touched: () => {},
        quit: () => {
          close();
          expect([raw, stdin.isPaused()]).toEqual([[true, false], true]);
          done();
        },
      });
      stdin.write('x');
      setTimeout(() => stdin.write(key), 20);
    });
  });

  it('wrong usage is not repeated', async () => {
    const { code, err } = await chainwalk(['verify', '-w', '--only', 'nonsense', 'a'], { files: {} });
    expect(code).toBe(2);
    expect(err.match(/unknown claim `nonsense`/g)).toHaveLength(1);
  });
});

describe('watching real files', { timeout: 30_000 }, () => {
  let folder = '';
  let child: ChildProcess | undefined;
  let out = '';
  let err = '';
  let code: Promise<number | null> | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'chainwalk-watch-'));
    writeFileSync(join(folder, 'pod.rules'), GOOD);
    out = '';
    err = '';
    const args = ['--import', import.meta.resolve('tsx'), `${ROOT}/src/main.ts`, 'check', '--watch', '--json', 'pod.rules'];
    const started = spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
    started.stdout.on('data', (text) => {
      out += text;
    });
    started.stderr.on('data', (text) => {
      err += text;
    });
    code = new Promise((end) => {
      started.on('close', end);
    });
    child = started;
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const pause = (ms: number) => new Promise((end) => setTimeout(end, ms));
  const runs = () => out.split('\n').filter((line) => line !== '').length;
  /** The program has answered so often, and looks again. */
  const until = async (count: number) => {
    for (let tries = 0; tries < 100 && (runs() < count || err.match(/; q ends\n/g)?.length !== count); tries++) await pause(100);
    expect(runs(), err).toBe(count);
  };
  const save = (text: string) => {
    writeFileSync(join(folder, '.pod.rules.swp'), text);
    renameSync(join(folder, '.pod.rules.swp'), join(folder, 'pod.rules'));
  };

  it('an atomic save is one run, several quick writes are one run, other files are none; q ends', async () => {
    await until(1);
    save(BETTER);
    await until(2);
    for (const text of ['', '*filter\n', BAD]) {
      writeFileSync(join(folder, 'pod.rules'), text);
      await pause(20);
    }
    await until(3);
    expect(out).toMatch(/"ok":false,.*NOWHERE.*\n$/);
    save(GOOD);
    await until(4);
    writeFileSync(join(folder, 'another.rules'), BAD);
    writeFileSync(join(folder, 'pod.rules'), GOOD);
    await pause(1000);
    expect(runs()).toBe(4);
    child?.stdin?.write('q');
    expect(await code).toBe(0);
    expect(
      out
        .split('\n')
        .slice(0, 4)
        .map((line) => JSON.parse(line).ok),
    ).toEqual([true, true, false, true]);
  });

  it('the end of standard input ends it', async () => {
    await until(1);
    child?.stdin?.end();
    expect(await code).toBe(0);
  });

  it('Ctrl-C ends it', async () => {
    await until(1);
    child?.kill('SIGINT');
    await code;
    expect(child?.signalCode).toBe('SIGINT');
  });
});
