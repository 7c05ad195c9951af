/** The program run in this process: texts for files, strings for streams. */
import type { Io, Sink } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';

export interface Setting {
  readonly files?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
}

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function chainwalk(argv: readonly string[], setting: Setting = {}): Promise<Result> {
  const out = memorySink(setting.terminal === true);
  const err = memorySink(setting.terminal === true);
  const code = await run({ argv, version: '1.2.3' }, memoryIo({ setting, out, err }));
  return { code, out: out.text(), err: err.text() };
}

interface MemorySink extends Sink {
  readonly text: () => string;
}

function memorySink(isTerminal: boolean): MemorySink {
  let text = '';
  const write = async (more: string) => {
    text += more;
  };
  return { write, text: () => text, closed: () => false, problem: () => undefined, isTerminal, columns: undefined };
}

function memoryIo({ setting, out, err }: { readonly setting: Setting; readonly out: Sink; readonly err: Sink }): Io {
  const read = async (path: string) => {
    const text = path === '-' ? (setting.stdin ?? '') : setting.files?.[path];
    return text === undefined ? { problem: 'no such file' } : { text };
  };
  async function* lines(path: string) {
    const text = path === '-' ? (setting.stdin ?? '') : (setting.files?.[path] ?? '');
    // one line a batch: the program must not depend on how the lines arrive
    for (const line of text.split('\n')) yield [line];
  }
  return { read, lines, out, err, env: setting.env ?? {} };
}
