/** A short run of real connections through a router with random rules, fixed seed; `--router` of run.ts makes longer ones. */
import { describe, expect, test } from 'vitest';
import { kernelHere } from './kernelHere.ts';
import { compareRouter } from './router/compareRouter.ts';

describe.runIf(kernelHere())('kernel and simulator', () => {
  test('agree what clients on both sides of NAT see', { timeout: 120_000 }, async () => {
    const { failed, undecided, ...counts } = await compareRouter({ rulesets: 18, seed: 5, each: 40, print: console.log });
    expect(counts.compared).toBe(18 * 40);
    // each kind of end is met
    expect(Math.min(counts.answered, counts.v6)).toBeGreaterThan(100);
    expect(Math.min(counts.elsewhere, counts.error, counts.silent)).toBeGreaterThan(20);
    expect({ failed, undecided }).toEqual({ failed: 0, undecided: 0 });
  });
});
