/** Random rulesets of nftables, fixed seed. */
import { describe, expect, test } from 'vitest';
import { runConnections } from '../connectionSuite.ts';
import { runFlows } from '../flowSuite.ts';
import { kernelHere } from '../kernelHere.ts';
import { openOracle } from '../oracle.ts';
import { nftConnections } from './generate/nftConnections.ts';
import { nftFlows } from './generate/nftFlows.ts';
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

  test('are walked by the simulator as by the kernel', { timeout: 600_000 }, async () => {
    const { passed, failed, unread, known } = await runNftSuite({ pairs: 2100, seed: 1, print: console.log });
    console.log(`${passed} passed, ${failed} failed`, [...known]);
    expect({ failed, unread }).toEqual({ failed: 0, unread: 0 });
    expect(passed).toBeGreaterThan(1900);
  });

  test('and the packets of whole flows', { timeout: 300_000 }, async () => {
    const shown: string[] = [];
    const print = (text: string): void => void shown.push(text);
    const { failed, packets } = await runFlows({ pairs: 200, seed: 1, backends: ['nft'], print }, nftFlows);
    expect([shown, failed]).toEqual([[], 0]);
    expect(packets).toBeGreaterThan(900);
  });

  test('and connections of real sockets', { timeout: 600_000 }, async () => {
    const shown: string[] = [];
    const print = (text: string): void => void shown.push(text);
    const result = await runConnections({ wanted: 150, seed: 1, backend: 'nft', cases: nftConnections, print });
    expect([shown, result.failed]).toEqual([[], 0]);
    expect(result.completed).toBeGreaterThan(15);
  });
});
