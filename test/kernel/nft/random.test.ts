/** Random rulesets of nftables, fixed seed. */
import { describe, expect, test } from 'vitest';
import { kernelHere } from '../kernelHere.ts';
import { openOracle } from '../oracle.ts';
import { loadRandom } from './loading.ts';
import { runNftSuite } from './suite.ts';

describe.runIf(kernelHere())('random rulesets of nftables', () => {
  test('load nearly always, packets meet their rules, and each construct is met', { timeout: 120_000 }, async () => {
    const oracle = openOracle('nft');
    const { listings, refused, packets, deep, coverage } = await loadRandom(oracle, 9000, 1).finally(oracle.close);
    console.log(`${listings} listings, ${refused.length} refused, ${packets} packets, ${deep} met two rules or more`);
    expect(refused.length).toBeLessThan(listings / 20);
    expect(deep).toBeGreaterThan(packets / 4);
    expect(coverage.missing()).toEqual([]);
  });

  test('are walked by the simulator as by the kernel', { timeout: 120_000 }, async () => {
    const { passed, failed, unread, known } = await runNftSuite({ pairs: 2100, seed: 1, print: console.log });
    console.log(`${passed} passed, ${failed} failed`, [...known]);
    expect({ failed, unread }).toEqual({ failed: 0, unread: 0 });
    expect(passed).toBeGreaterThan(1900);
  });
});
