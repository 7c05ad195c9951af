/** Which source SNAT to a range gives: kept where the rule could have chosen it, unless it is to choose at random. */
import { expect, it } from 'vitest';
import { nat } from '../kernel/cases/kernelCase.ts';
import { symbolicEnds } from './ends.ts';

const sourcesOf = (target: string, packet: string): readonly number[] => {
  const ends = symbolicEnds({ rules: nat(`-A POSTROUTING -p tcp -j SNAT --to-source ${target}`), packet });
  return [...new Set(ends.map((end) => Number(/sent eth0 (\d+):/.exec(end)?.[1]) - TEN))];
};
const TEN = 0x0af4_0000;
const INSIDE = 'out tcp 10.244.0.5:40000 -> 10.0.0.9:80';

it.each([
  ['10.244.0.4-10.244.0.7', true],
  ['10.244.0.4-10.244.0.7:30000-50000', true],
  // the port has to be another one, and then any address does
  ['10.244.0.4-10.244.0.7:50000-60000', false],
  ['10.244.0.4-10.244.0.7 --random', false],
  ['10.244.0.4-10.244.0.7 --random-fully', false],
  ['10.244.0.4-10.244.0.7:30000-50000 --random', false],
  ['10.244.0.5 --random', true],
  ['10.244.0.6-10.244.0.7', false],
])('--to-source %s: the source stays: %s', (target, stays) => {
  const sources = sourcesOf(target, INSIDE);
  if (stays) expect(sources).toEqual([5]);
  else expect(sources.length).toBeGreaterThan(1);
});
