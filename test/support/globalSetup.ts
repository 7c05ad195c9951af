/** Once for a whole run: can the kernel be asked? */
import type { TestProject } from 'vitest/node';
import { whyNoKernel } from '../kernel/needs.ts';
import '../kernel/kernelHere.ts';

export function setup(project: TestProject): void {
  // workers draw from the same seed, whose number repeats the run
  if (process.env.CHAINWALK_SEED === 'fresh') process.env.CHAINWALK_SEED = String(Math.trunc(Math.random() * 2 ** 31));
  if (process.env.CHAINWALK_SEED !== undefined) console.log(`seed ${process.env.CHAINWALK_SEED}`);
  const why = whyNoKernel();
  if (why !== undefined) console.log(why);
  project.provide('noKernel', why ?? '');
}
