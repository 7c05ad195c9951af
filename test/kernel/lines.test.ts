import { expect, test } from 'vitest';
import { kernelHere } from './kernelHere.ts';
import { compareLines, randomLines } from './lines.ts';

test.runIf(kernelHere())('random rule lines load and print as in iptables, or differ in a known way', { timeout: 300_000 }, () => {
  expect(compareLines(randomLines(2000, 1)).filter(({ known }) => known === undefined)).toEqual([]);
});
