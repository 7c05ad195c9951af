/** A kubectl that records its arguments and answers from a table, alone on PATH: no real one can be reached. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Executed } from '../../src/cli/io/io.ts';
import { runPlugin } from '../../src/cli/kubectl/runPlugin.ts';
import { memoryIo, memorySink } from './memoryIo.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** `pattern` of sh over the arguments, joined by blanks; the first that fits answers. */
export interface Reply {
  readonly when: string;
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
  /** it does not answer for a minute */
  readonly hangs?: true;
}

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** arguments of each call of kubectl, in any order where several ran at once */
  readonly calls: readonly (readonly string[])[];
  readonly written: Readonly<Record<string, string>>;
}

export interface FakeKubectl {
  /** the plugin in this process, with files in memory */
  readonly plugin: (argv: readonly string[], files?: Readonly<Record<string, string>>) => Promise<Outcome>;
  /** as a process of its own, in `folder` */
  readonly process: (argv: readonly string[]) => Outcome;
  readonly folder: string;
  readonly remove: () => void;
}

/** Undefined: there is no kubectl at all. */
export function fakeKubectl(replies: readonly Reply[] | undefined): FakeKubectl {
  const folder = mkdtempSync(join(tmpdir(), 'chainwalk-kubectl-'));
  const path = join(folder, 'bin');
  const log = join(folder, 'calls');
  mkdirSync(path);
  if (replies !== undefined) {
    const cases = replies.map(({ when, out = '', err = '', code = 0, hangs }, index) => {
      if (hangs) return `  ${when}) exec /bin/sleep 60;;`;
      writeFileSync(join(folder, `${index}.out`), out);
      writeFileSync(join(folder, `${index}.err`), err);
      return `  ${when}) /bin/cat '${folder}/${index}.out'; /bin/cat '${folder}/${index}.err' >&2; exit ${code};;`;
    });
    // arguments may have line feeds: each ends with an ASCII 31, each call with an ASCII 30; one write, since several run at once
    const record = `line=; for word; do line="$line$word\u001f"; done; printf '%s\u001e' "$line" >> '${log}'`;
    const script = ['#!/bin/sh', record, 'case "$*" in', ...cases, '  *) echo "error: not expected: $*" >&2; exit 1;;', 'esac', ''];
    writeFileSync(join(path, 'kubectl'), script.join('\n'));
    chmodSync(join(path, 'kubectl'), 0o755);
  }
  const calls = () => {
    const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
    return text
      .split('\u001e')
      .slice(0, -1)
      .map((call) => call.split('\u001f').slice(0, -1));
  };
  const execute = (program: string, args: readonly string[], seconds?: number): Executed => {
    const timeout = 1000 * (seconds ?? 0);
    const { error, status, stdout, stderr } = spawnSync(program, args, { env: { PATH: path }, encoding: 'utf8', timeout });
    if (error && 'code' in error && error.code === 'ETIMEDOUT') return { problem: `no answer in ${seconds} s`, late: true };
    return error === undefined ? { code: status ?? 1, out: stdout, err: stderr } : { problem: 'no such file' };
  };
  const plugin: FakeKubectl['plugin'] = async (argv, files = {}) => {
    const [out, err] = [memorySink(false), memorySink(false)];
    const written: Record<string, string> = {};
    const code = await runPlugin({ argv, version: '1.2.3' }, memoryIo({ setting: { files, execute }, out, err, written }));
    return { code, out: out.text(), err: err.text(), calls: calls(), written };
  };
  const ownProcess: FakeKubectl['process'] = (argv) => {
    const args = ['--import', import.meta.resolve('tsx'), join(ROOT, 'src/kubectl-chainwalk.ts'), ...argv];
    const env = { PATH: path, HOME: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
    return { code: status, out: stdout, err: stderr, calls: calls(), written: {} };
  };
  return { plugin, process: ownProcess, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export function fixture(name: string): string {
  return readFileSync(join(ROOT, 'fixtures', name), 'utf8');
}
