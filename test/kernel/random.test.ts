/** A short run of the comparison with the kernel; `npm run test:kernel` makes longer ones. */
import { describe, expect, test } from 'vitest';
import { runFlows } from './flowSuite.ts';
import { kernelHere } from './kernelHere.ts';
import { runSuite } from './suite.ts';

describe.runIf(kernelHere())('kernel and simulator', () => {
  test('agree about random packets on every fixture and on random rules', { timeout: 120_000 }, async () => {
    const { passed, failed } = await runSuite({ pairs: 2000, seed: 1, backends: ['legacy', 'nft'], print: console.log });
    console.log(`${passed} passed, ${failed} failed`);
    expect(passed).toBeGreaterThan(2000);
    expect(failed).toBe(0);
  });

  test('agree about random flows: later packets, answers, and ICMP errors about them', { timeout: 120_000 }, async () => {
    const { flows, packets, failed } = await runFlows({ pairs: 300, seed: 1, backends: ['legacy', 'nft'], print: console.log });
    console.log(`${flows} flows, ${packets} packets compared, ${failed} failed`);
    expect(packets).toBeGreaterThan(4 * flows);
    expect(failed).toBe(0);
  });
});
