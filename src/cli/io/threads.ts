/** Threads, each with this program and arguments of its own. */
import { Worker } from 'node:worker_threads';

export interface Thread {
  /** of its standard output, as many at a time as are there; it waits for who reads them */
  readonly lines: AsyncIterable<readonly string[]>;
  /** on standard error, once it has ended */
  readonly said: Promise<string>;
  readonly stop: () => void;
}

/** `program`: the file that Node starts. Ctrl-C ends the process, and its threads with it. */
export function startThread(program: string, argv: readonly string[], linesOf: (stream: NodeJS.ReadableStream) => Thread['lines']): Thread {
  const worker = new Worker(program, { argv: [...argv], stdout: true, stderr: true });
  let said = '';
  worker.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<string>((resolve) => {
    worker.on('error', (error) => {
      said += `chainwalk: this is a bug in chainwalk, not in your input: please report it with the text below\n  ${error.stack ?? error.message}\n`;
    });
    worker.on('exit', () => setImmediate(() => resolve(said)));
  });
  return { lines: linesOf(worker.stdout), said: ended, stop: () => void worker.terminate() };
}
