/** Files, streams and other programs: what the files of this folder touch nothing else does. */
import { createReadStream, fstatSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { batchesInTurn } from './batchesInTurn.ts';
import { type FilePlace, filePlaceOf, findFiles, reason, writeFile } from './files.ts';
import { listenLocally } from './localServer.ts';
import type { OpenAddress } from './openAddress.ts';
import type { Thread } from './threads.ts';
import { type WatchEvents, watchFiles } from './watchFiles.ts';

export interface Io {
  /** the text of a file, `-` for standard input */
  readonly read: (path: string) => Promise<ReadResult>;
  /** batches of lines without their line feeds, as they arrive. `inTurn`: so many bytes at a time of a file that is closed meanwhile, as it is
   *  one of thousands */
  readonly lines: (path: string, inTurn?: number) => AsyncIterable<readonly string[]>;
  /** replaces the file, and makes its folders; the reason when it cannot be written */
  readonly write: (path: string, text: string) => Promise<{ readonly problem?: string }>;
  /** runs another program, without a shell, to its end, or ends it after so many seconds */
  readonly execute: (program: string, args: readonly string[], seconds?: number) => Promise<Executed>;
  /** files below a folder whose path from there matches, sorted, as paths from here; `!` leaves out */
  readonly glob: (patterns: readonly string[], folder: string) => Promise<readonly string[]>;
  /** the same among names instead of the files that are there */
  readonly match: (
    patterns: readonly string[],
    among: { readonly folder: string; readonly names: readonly string[] },
  ) => Promise<readonly string[]>;
  /** where a path leads, whether anything is there or not */
  readonly place: (path: string) => Promise<FilePlace>;
  /** what a module has as its default export, in JavaScript or TypeScript */
  readonly load: (path: string) => Promise<LoadedModule>;
  /** tells of events near the files until the function that it returns is called */
  readonly watch: (paths: readonly string[], events: WatchEvents) => () => void;
  /** answers requests of this machine; absent: nothing listens here */
  readonly listen?: typeof listenLocally;
  /** in the browser of this desktop; absent: there is none */
  readonly open?: OpenAddress;
  /** this program in a thread of its own; absent: there are no threads here */
  readonly startThread?: (argv: readonly string[]) => Promise<Thread>;
  /** absolute path of the folder that other paths start from */
  readonly cwd: string;
  readonly out: Sink;
  readonly err: Sink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** by which the running kernel is asked; absent: it cannot be */
  readonly oracle?: OraclePlace;
  /** file of the page that `npm run web` builds; absent: there is none */
  readonly page?: string;
}

export interface OraclePlace {
  /** as Node names the system */
  readonly platform: string;
  /** of the oracle's Python files */
  readonly folder: string;
}

export type ReadResult = { readonly text: string } | { readonly problem: string };

export type Executed =
  | { readonly code: number; readonly out: string; readonly err: string }
  /** it could not be started, or has taken longer than it may */
  | { readonly problem: string; readonly late?: true };

export type LoadedModule = { readonly value: unknown } | { readonly problem: string };

/** For people, for programs, the very bytes of rules, or commands to a workflow of GitHub. */
export type What = 'report' | 'data' | 'exact' | 'commands';

export interface Sink {
  /** resolves when more may be written; text written after the reader has gone is dropped */
  readonly write: (text: string, what?: What) => Promise<void>;
  /** nothing more can be written: the reader has gone, or the disk is full */
  readonly closed: () => boolean;
  /** why nothing more can be written, when it is not that the reader has gone */
  readonly problem: () => string | undefined;
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
}

export interface NodeStreams {
  readonly stdin: NodeJS.ReadableStream & { readonly setRawMode?: (raw: boolean) => unknown };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly oracle?: OraclePlace;
  readonly page?: string;
  /** file that Node starts for a thread */
  readonly program?: string;
}

/** A file of `--packets` that cannot be read. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** Standard input is opened when it is first read. */
export function nodeIo(streams: NodeStreams): Io {
  const { stdout, stderr, env, cwd, oracle, page, program } = streams;
  return {
    read: (path) => (path === '-' ? readStream(() => streams.stdin) : readFile(path)),
    lines: (path, inTurn) => {
      const whole = () => lineBatches(() => (path === '-' ? streams.stdin : createReadStream(path)), path);
      return inTurn === undefined ? whole() : readable(batchesInTurn(path, inTurn), path);
    },
    write: (path, text) => writeFile({ cwd, path, text }),
    execute,
    glob: (patterns, folder) => findFiles({ patterns, cwd, folder }),
    match: (patterns, among) => findFiles({ patterns, cwd, ...among }),
    place: async (path) => filePlaceOf(resolve(cwd, path)),
    load: (path) => loadModule(join(cwd, path)),
    watch: (paths, events) => watchFiles(streams.stdin, paths, events),
    listen: listenLocally,
    cwd,
    out: sink(stdout),
    err: sink(stderr),
    env,
    ...(oracle !== undefined && { oracle, open: (address) => openOn(oracle.platform, address) }),
    ...(page !== undefined && { page }),
    ...(program !== undefined && { startThread: (argv) => thread(program, argv) }),
  };
}

async function openOn(platform: string, address: string): ReturnType<OpenAddress> {
  const { opener } = await import('./openAddress.ts');
  return opener(platform)(address);
}

async function thread(program: string, argv: readonly string[]): Promise<Thread> {
  const { startThread } = await import('./threads.ts');
  return startThread(program, argv, (stream) => lineBatches(() => stream, 'a thread'));
}

/** A closed pipe is not our error: `chainwalk ... | head` ends quietly. */
function sink(stream: NodeStreams['stdout']): Sink {
  let closed = false;
  let problem: string | undefined;
  let wake = () => {};
  stream.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (error.code !== 'EPIPE') problem = error.message;
    wake();
  });
  stream.on('drain', () => wake());
  const write = (text: string): Promise<void> => {
    if (closed || text === '' || stream.write(text)) return Promise.resolve();
    return new Promise((resolve) => {
      wake = resolve;
    });
  };
  return { write, closed: () => closed, problem: () => problem, isTerminal: stream.isTTY === true, columns: stream.columns };
}

async function readFile(path: string): Promise<ReadResult> {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { problem: reason(error) };
  }
}

/** More output than any dump or manifest has is an error of the program that is run. */
const MOST_OUTPUT = 256 * 1024 * 1024;

/** Of a timer; a longer one would ring at once. */
const LONGEST_CLOCK = 2 ** 31 - 1;

async function execute(program: string, args: readonly string[], seconds?: number): Promise<Executed> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    let late = false;
    const child = execFile(program, args, { maxBuffer: MOST_OUTPUT }, (error, out, err) => {
      clearTimeout(clock);
      if (late) resolve({ problem: `no answer in ${seconds} s`, late });
      else if (error === null) resolve({ code: 0, out, err });
      else if (typeof error.code === 'number') resolve({ code: error.code, out, err });
      else resolve({ problem: reason(error) });
    });
    const clock = seconds === undefined ? undefined : setTimeout(end, Math.min(1000 * seconds, LONGEST_CLOCK));
    function end(): void {
      late = true;
      // what it has started may hold its output open
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.kill('SIGKILL');
    }
  });
}

/** `import ... from 'chainwalk'` in the module is this very program's library, installed beside it or not.
 *  Relative imports of the module are read as it is. */
async function loadModule(path: string): Promise<LoadedModule> {
  const { createJiti } = await import('jiti');
  const chainwalk = await import('../../api/library/index.ts');
  const jiti = createJiti(pathToFileURL(path).href, { virtualModules: { chainwalk }, fsCache: false, moduleCache: false });
  try {
    return { value: await jiti.import(path, { default: true }) };
  } catch (error) {
    return { problem: error instanceof Error ? (error.message.split('\n')[0] ?? error.message) : String(error) };
  }
}

/** Node takes a directory as standard input for an empty one. */
function openText(open: () => NodeJS.ReadableStream & { readonly fd?: unknown }): NodeJS.ReadableStream {
  const stream = open();
  if (typeof stream.fd === 'number' && fstatSync(stream.fd).isDirectory()) throw new Error('it is a directory');
  stream.setEncoding('utf8');
  return stream;
}

async function readStream(open: () => NodeJS.ReadableStream): Promise<ReadResult> {
  try {
    let text = '';
    for await (const chunk of openText(open)) text += chunk;
    return { text };
  } catch (error) {
    return { problem: reason(error) };
  }
}

async function* readable<T>(batches: AsyncGenerator<T>, path: string): AsyncGenerator<T> {
  try {
    yield* batches;
  } catch (error) {
    throw new UnreadableError(`cannot read \`${path}\`: ${reason(error)}`);
  }
}

async function* lineBatches(open: () => NodeJS.ReadableStream, path: string): AsyncGenerator<readonly string[]> {
  // of a line that is not complete yet; joined once, however many chunks it has
  let begun: string[] = [];
  try {
    for await (const chunk of openText(open)) {
      const [first = '', ...others] = String(chunk).split('\n');
      begun.push(first);
      if (others.length === 0) continue;
      const last = others.pop() ?? '';
      yield [begun.join(''), ...others];
      begun = [last];
    }
  } catch (error) {
    throw new UnreadableError(`cannot read \`${path}\`: ${reason(error)}`);
  }
  const rest = begun.join('');
  if (rest !== '') yield [rest];
}
