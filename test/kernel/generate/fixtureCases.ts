/** Random packets for every fixture and its host, from the values that stand in the rules and the host. */
import type { Family } from '../../../src/packet/address.ts';
import { dumpOf, fixtureNames, readFixture } from '../../support/fixtures.ts';
import type { HostJson } from '../question.ts';
import { poolsOf } from './pools.ts';
import { randomFrom } from './random.ts';
import type { Case } from './randomCase.ts';
import { randomPacket } from './randomPacket.ts';

export function* fixtureCases(pairs: number, seed: number): Generator<Case> {
  const dumps = fixtureNames()
    .map(readFixture)
    .flatMap(({ name, text, host }) => FAMILIES.map((family) => ({ name, family, text: dumpOf(text, family), host: host as HostJson })))
    .filter(({ text }) => text !== '');
  for (const { name, family, text, host } of dumps) {
    const pools = poolsOf([text], family, host);
    const random = randomFrom(seed, 'fixture', name, family);
    const packets = Array.from({ length: Math.max(1, Math.round(pairs / dumps.length)) }, () => randomPacket(random, family, pools));
    yield { name: `fixtures/${name}.rules`, host, family, rules: { [`v${family}`]: text }, packets };
  }
}

const FAMILIES: readonly Family[] = [4, 6];
