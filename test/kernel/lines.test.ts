/** A short run of the line oracle, always the same lines. `npm run test:lines -- --lines 100000 --seed 7` makes a long one. */
import { expect, test } from 'vitest';
import { kernelHere } from './kernelHere.ts';
import { compareLines } from './lines/compareLines.ts';
import { coverage } from './lines/coverage.ts';
import { randomLines } from './lines/randomLines.ts';

test.runIf(kernelHere())('both backends of iptables load and save random rule lines as chainwalk says', { timeout: 120_000 }, () => {
  const results = compareLines(randomLines(2000, 1));
  const unexplained = results.flatMap(({ differences }) => differences.filter(({ limit }) => limit === undefined));
  console.log(coverage(results).at(-1));
  expect(
    unexplained.map(({ line, backend, ours, theirs }) => ({ rule: `${backend} IPv${line.family}: ${line.text}`, ours, theirs })),
  ).toEqual([]);
  expect(results.filter(({ loadedBy }) => loadedBy.length > 0).length).toBeGreaterThan(1000);
});
