/** Once for a whole run: can the kernel be asked? */
import type { TestProject } from 'vitest/node';
import { whyNoKernel } from '../kernel/needs.ts';
import '../kernel/kernelHere.ts';

export function setup(project: TestProject): void {
  const why = whyNoKernel();
  if (why !== undefined) console.log(why);
  project.provide('noKernel', why ?? '');
}
