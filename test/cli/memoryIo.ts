/** The program run in this process: texts for files, strings for streams. */
import { resolve } from 'node:path';
import type { Executed, Io, Sink } from '../../src/cli/io/io.ts';
import { run } from '../../src/cli/program/run.ts';
import { outputProblems } from '../support/outputSchemas.ts';

export interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  /** default exports by path */
  readonly modules?: Readonly<Record<string, unknown>>;
  /** what is saved one after the other while the program watches; then the user ends it */
  readonly saves?: readonly Readonly<Record<string, string | undefined>>[];
  /** files that cannot be written */
  readonly unwritable?: readonly string[];
  /** by which the running kernel is asked; without it it cannot be */
  readonly oracle?: NonNullable<Io['oracle']>;
  /** file of the page; without it there is none */
  readonly page?: string;
  /** stands for the other programs; without it there are none */
  readonly execute?: (program: string, args: readonly string[], seconds?: number) => Executed;
}

/** `**` and `*` of a glob, no more. */
function toRegExp(glob: string): RegExp {
  const parts = glob.split(/(\*\*\/|\*\*|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    return part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** files that were written */
  readonly written: Readonly<Record<string, string>>;
}

export async function chainwalk(argv: readonly string[], setting: Setting = {}): Promise<Result> {
  const out = memorySink(setting.terminal === true);
  const err = memorySink(setting.terminal === true);
  const written: Record<string, string> = {};
  const code = await run({ argv, version: '1.2.3' }, memoryIo({ setting, out, err, written }));
  const problems = [out.text(), ...Object.values(written)].flatMap(outputProblems);
  if (problems.length > 0) throw new Error(`${argv.join(' ')}: ${problems.join('\n')}`);
  return { code, out: out.text(), err: err.text(), written };
}

export interface MemorySink extends Sink {
  readonly text: () => string;
}

export function memorySink(isTerminal: boolean): MemorySink {
  let text = '';
  const write = async (more: string) => {
    text += more;
  };
  return { write, text: () => text, closed: () => false, problem: () => undefined, isTerminal, columns: undefined };
}

interface Parts {
  readonly setting: Setting;
  readonly out: Sink;
  readonly err: Sink;
  readonly written: Record<string, string>;
}

export function memoryIo({ setting, out, err, written }: Parts): Io {
  const saves = [...(setting.saves ?? [])];
  const saved = new Map<string, string | undefined>();
  const read = async (path: string) => {
    const text = path === '-' ? (setting.stdin ?? '') : saved.has(path) ? saved.get(path) : (written[path] ?? setting.files?.[path]);
    return text === undefined ? { problem: 'no such file' } : { text };
  };
  async function* lines(path: string) {
    const content = await read(path);
    const text = 'text' in content ? content.text : '';
    // one line a batch: the program must not depend on how the lines arrive
    for (const line of text.split('\n')) yield [line];
  }
  const write = async (path: string, text: string) => {
    if (setting.unwritable?.includes(path)) return { problem: 'no such file' };
    written[path] = text;
    return {};
  };
  const execute: Io['execute'] = async (program, args, seconds) => setting.execute?.(program, args, seconds) ?? { problem: 'no such file' };
  const glob: Io['glob'] = async (patterns, folder) => {
    const [taken, left] = [patterns.filter((one) => !one.startsWith('!')), patterns.filter((one) => one.startsWith('!'))];
    const fits = (path: string) => taken.some((one) => toRegExp(one).test(path)) && !left.some((one) => toRegExp(one.slice(1)).test(path));
    const below = folder === '' ? '' : `${folder}/`;
    const names = Object.keys({ ...setting.files, ...written });
    return names.filter((name) => name.startsWith(below) && fits(name.slice(below.length))).sort();
  };
  const match: Io['match'] = async () => [];
  const place: Io['place'] = async (path) => {
    const isThere = 'text' in (await read(path));
    const isFolder = Object.keys(setting.files ?? {}).some((name) => name.startsWith(`${path}/`));
    return { real: resolve('/home/work', path), kind: isThere ? 'file' : isFolder ? 'folder' : 'missing', isForeign: false };
  };
  const load: Io['load'] = async (path) => {
    const value = setting.modules?.[path];
    return value === undefined ? { problem: 'it has no default export' } : { value };
  };
  const watch: Io['watch'] = (_, { touched, quit }) => {
    const next = () => {
      const save = saves.shift();
      for (const [path, text] of Object.entries(save ?? {})) saved.set(path, text);
      if (save === undefined) quit('key');
      else touched();
    };
    queueMicrotask(next);
    // a save that changed nothing is followed by the next
    const timer = setInterval(next, 500);
    return () => clearInterval(timer);
  };
  const { oracle, page, env = {} } = setting;
  const own = { read, lines, write, execute, glob, match, place, load, watch, cwd: '/home/work', out, err, env };
  return { ...own, ...(oracle !== undefined && { oracle }), ...(page !== undefined && { page }) };
}
