/** The kernel oracle as a process: lines to it and from it. Beside io.ts and files.ts the only file that touches other programs. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Dialogue, OracleError, type StartOracle } from '../../kernel/asked/oracle.ts';

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

const MOST_COMPLAINTS = 2000;

/** `folder`: that of the oracle's Python files. */
export function startOracle(folder: string): StartOracle {
  return (args) => dialogue(['-B', folder, ...args]);
}

/** Those of real connections. */
export function startSockets(folder: string): StartOracle {
  return (args) => dialogue(['-B', `${folder}/connections.py`, ...args]);
}

function dialogue(args: readonly string[]): Dialogue {
  const child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: Waiting[] = [];
  let complaints = '';
  let why: string | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-MOST_COMPLAINTS);
  });
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  const ended = new Promise<void>((resolve) => {
    const end = (problem: string): void => {
      why ??= problem;
      for (const { reject } of waiting.splice(0)) reject(new OracleError(why));
      resolve();
    };
    child.stdin.on('error', () => {}); // 'close' follows, with what it complained about
    child.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ENOENT' ? 'no python3' : error.message));
    child.on('close', () => end(`the kernel oracle ended: ${complaints.trim()}`));
  });
  return {
    say: (line) => {
      if (why !== undefined) return Promise.reject(new OracleError(why));
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${line}\n`);
      });
    },
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}
