/** A short run of random hosts, fixed seed: real sockets and look-ups of the kernel, without rules; `--hosts` of run.ts makes longer ones. */
import { describe, expect, test } from 'vitest';
import { compareHosts } from './hosts/compareHosts.ts';
import { kernelHere } from './kernelHere.ts';

describe.runIf(kernelHere())('kernel and simulator', () => {
  test('agree where unbound and bound sockets send, from which source, and what is delivered', { timeout: 120_000 }, async () => {
    const { compared, sent, delivered, several, undecided, failed } = await compareHosts({
      hosts: 60,
      seed: 1,
      each: 20,
      print: console.log,
    });
    expect(compared).toBeGreaterThan(900);
    expect(Math.min(sent, delivered)).toBeGreaterThan(200);
    expect(several).toBeGreaterThan(0);
    expect(undecided).toBe(0);
    expect(failed).toBe(0);
  });
});
