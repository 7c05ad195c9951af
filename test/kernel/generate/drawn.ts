/** Rules and hosts of chainwalk/arbitraries, one at a time from a source of random choices. */
import fc from 'fast-check';
import { type HostDescription, hosts, rulesTexts } from '../../../src/api/arbitraries/index.ts';
import { invariant } from '../../../src/lib/invariant.ts';
import type { Family } from '../../../src/packet/address.ts';
import type { Random } from './random.ts';

const RULES: Readonly<Record<Family, fc.Arbitrary<string>>> = {
  4: rulesTexts({ family: 4, sets: true }),
  6: rulesTexts({ family: 6, sets: true }),
};
const HOSTS = hosts({ sets: true });

export function drawRules(random: Random, family: Family): string {
  return draw(random, RULES[family]);
}

export function drawHost(random: Random): HostDescription {
  return draw(random, HOSTS);
}

function draw<T>({ below }: Random, arbitrary: fc.Arbitrary<T>): T {
  const [value] = fc.sample(arbitrary, { seed: below(2 ** 31), numRuns: 1 });
  invariant(value !== undefined, 'one value was asked for');
  return value;
}
