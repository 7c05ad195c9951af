/** Random hosts, what their sockets and look-ups do in the kernel, and what the simulator says: interface, source, delivery. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { randomFrom } from '../generate/random.ts';
import { drawRoutedHost, drawSend } from './drawRoutedHost.ts';
import { type Answered, ourEnds, theirEnd } from './ends.ts';
import { accepted, type HostAnswers, type RoutedHost, type Send } from './routedHost.ts';

const SCRIPT = fileURLToPath(new URL('sends.py', import.meta.url));

/** One question at a time. */
export interface HostOracle {
  readonly ask: (host: RoutedHost, sends: readonly Send[]) => Promise<HostAnswers>;
  readonly close: () => void;
}

export function openHostOracle(): HostOracle {
  const child: ChildProcessWithoutNullStreams = spawn('python3', [SCRIPT]);
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (host, sends) => {
      child.stdin.write(`${JSON.stringify({ host, sends })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('sends.py has ended');
      return JSON.parse(value) as HostAnswers;
    },
    close: () => child.stdin.end(),
  };
}

export interface HostRun {
  readonly hosts: number;
  readonly seed: number;
  readonly each: number;
  readonly print: (line: string) => void;
}

export interface HostResult {
  readonly compared: number;
  readonly sent: number;
  readonly delivered: number;
  readonly forwarded: number;
  readonly tooBig: number;
  readonly several: number;
  readonly undecided: number;
  readonly failed: number;
}

export async function compareHosts({ hosts, seed, each, print }: HostRun): Promise<HostResult> {
  const oracle = openHostOracle();
  const counts = { compared: 0, sent: 0, delivered: 0, forwarded: 0, tooBig: 0, several: 0, undecided: 0, failed: 0 };
  try {
    for (let at = 0; at < hosts; at++) {
      const host = drawRoutedHost(randomFrom(seed, 'routed host', at));
      const drawing = randomFrom(seed, 'sends', at);
      const sends = Array.from({ length: each }, () => drawSend(drawing, host));
      const { refused, answers } = await oracle.ask(host, sends);
      const known = accepted(host, refused);
      for (const [index, send] of sends.entries()) count(known, { send, answer: answers[index] ?? {} });
    }
  } finally {
    oracle.close();
  }
  return counts;

  function count(host: RoutedHost, one: Answered): void {
    const their = theirEnd(host, one);
    const ours = ourEnds(host, one.send);
    if (ours === undefined || their === undefined) return;
    counts.compared++;
    if (their.startsWith('sent')) counts.sent++;
    if (their.startsWith('delivered')) counts.delivered++;
    if (their.startsWith('forwarded')) counts.forwarded++;
    if (their === 'too big') counts.tooBig++;
    if (ours.length > 1) counts.several++;
    if (ours.includes('undecided')) counts.undecided++;
    // no error comes back where no route leads to the source
    else if (!ours.includes(their) && !(their === 'lost' && ours.includes('too big'))) {
      counts.failed++;
      const { interfaces, ...rest } = host;
      print(`--- ${JSON.stringify(one.send)}\n  kernel ${their} (${JSON.stringify(one.answer)})\n  ours ${ours.join(' | ')}`);
      for (const nic of interfaces) print(`  ${JSON.stringify(nic)}`);
      for (const [key, value] of Object.entries(rest)) print(`  ${key} ${JSON.stringify(value)}`);
    }
  }
}
