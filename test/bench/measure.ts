/** Whole processes, in pairs: A B A B, so that a drifting machine moves both. */
import { execFileSync } from 'node:child_process';

export interface Run {
  /** seconds */
  readonly wall: number;
  /** seconds of all threads, in the program and in the kernel for it */
  readonly cpu: number;
  readonly peakMb: number;
}

export interface Job {
  readonly command: readonly string[];
  /** file for standard input */
  readonly stdin?: string;
}

const SCRIPT = new URL('../bench/measure.py', import.meta.url).pathname;

function runOnce({ command, stdin = '-' }: Job): Run {
  const text = execFileSync('python3', [SCRIPT, stdin, ...command], { encoding: 'utf8' });
  const { wall, cpu, peakMb, code } = JSON.parse(text) as Run & { readonly code: number };
  // 1 is an answer: findings
  if (code > 1) throw new Error(`${command.join(' ')} exited with ${code}`);
  return { wall, cpu, peakMb };
}

export interface Pair {
  readonly own: Run;
  readonly yardstick: Run;
  /** median of own/yardstick, pair by pair */
  readonly ratio: number;
  readonly cpuRatio: number;
}

/** Medians over `runs` pairs after one warm-up of each. */
export function comparePairs(own: Job, yardstick: Job, runs: number): Pair {
  runOnce(own);
  runOnce(yardstick);
  const pairs = Array.from({ length: runs }, () => ({ own: runOnce(own), yardstick: runOnce(yardstick) }));
  return {
    own: middle(pairs.map((pair) => pair.own)),
    yardstick: middle(pairs.map((pair) => pair.yardstick)),
    ratio: median(pairs.map((pair) => pair.own.wall / pair.yardstick.wall)),
    cpuRatio: median(pairs.map((pair) => pair.own.cpu / pair.yardstick.cpu)),
  };
}

/** Median of `runs`, after one that warms up where there are several. */
export function measured(job: Job, runs: number): Run {
  if (runs > 1) runOnce(job);
  return middle(Array.from({ length: runs }, () => runOnce(job)));
}

function middle(runs: readonly Run[]): Run {
  return {
    wall: median(runs.map(({ wall }) => wall)),
    cpu: median(runs.map(({ cpu }) => cpu)),
    peakMb: median(runs.map(({ peakMb }) => peakMb)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}
