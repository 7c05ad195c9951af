/** A short run of random hosts, fixed seed: real sockets and look-ups of the kernel, without rules; `--hosts` of run.ts makes longer ones. */
import { describe, expect, test } from 'vitest';
import { compareHosts, openHostOracle } from './hosts/compareHosts.ts';
import { theirEnd } from './hosts/ends.ts';
import { HOST_CASES } from './hosts/hostCases.ts';
import { kernelHere } from './kernelHere.ts';

describe.runIf(kernelHere())('kernel and simulator', () => {
  test('sockets and look-ups of the named hosts end as it is said', { timeout: 60_000 }, async () => {
    const oracle = openHostOracle();
    try {
      for (const { name, host, sends } of HOST_CASES) {
        const { refused, answers } = await oracle.ask(
          host,
          sends.map(([send]) => send),
        );
        const found = sends.map(([send], index) => theirEnd(host, { send, answer: answers[index] ?? {} }));
        // of several ways each end is one of them
        const ends = sends.map(([, ...known], index) => known.find((end) => end === found[index]) ?? known[0]);
        expect({ name, refused, ends: found }).toEqual({ name, refused: [], ends });
        const ways = new Set(sends.flatMap(([, ...known]) => known));
        if (sends.some(([, ...known]) => known.length > 1)) expect(new Set(found)).toEqual(ways);
      }
    } finally {
      oracle.close();
    }
  });

  test('agree where unbound and bound sockets send, from which source, and what is delivered', { timeout: 120_000 }, async () => {
    const { compared, sent, delivered, forwarded, several, undecided, failed } = await compareHosts({
      hosts: 60,
      seed: 3,
      each: 20,
      print: console.log,
    });
    expect(compared).toBeGreaterThan(900);
    expect(Math.min(sent, delivered)).toBeGreaterThan(150);
    expect(forwarded).toBeGreaterThan(40);
    expect(several).toBeGreaterThan(0);
    expect(undecided).toBe(0);
    expect(failed).toBe(0);
  });
});
