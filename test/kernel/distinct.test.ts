/** What the generators draw is drawn once: near seeds, late cases and other purposes do not repeat it, so that a count of cases is one of
 *  different cases. No kernel is asked. */
import { describe, expect, test } from 'vitest';
import { fixtureCases } from './generate/fixtureCases.ts';
import { type Random, randomFrom } from './generate/random.ts';
import { randomCases } from './generate/randomCase.ts';
import { connectionCases } from './generate/randomConnections.ts';
import { drawRoutedHost, drawSend } from './hosts/drawRoutedHost.ts';
import { randomNft } from './nft/generate/nftCases.ts';
import { nftConnections } from './nft/generate/nftConnections.ts';
import { nftFlows } from './nft/generate/nftFlows.ts';
import { randomTexts } from './nft/lines/nftTexts.ts';

const SEEDS = [1, 2, 3, 8017, 8018, 20_261_130];
const EACH = 40;
const OPENINGS = 12;

function first<T>(count: number, from: Iterable<T>): readonly T[] {
  const found: T[] = [];
  for (const one of from) if (found.push(one) >= count) break;
  return found;
}

/** The name of a case is what it was drawn by, not what it is. */
function keyOf(one: object): string {
  return JSON.stringify({ ...one, name: '' }, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}

function ofAll<T>(draw: (seed: number) => Iterable<T>): readonly T[] {
  return SEEDS.flatMap((seed) => first(EACH, draw(seed)));
}

const DRAWN: Readonly<Record<string, () => readonly object[]>> = {
  'cases of iptables': () => ofAll((seed) => randomCases(EACH * 30, seed)),
  'cases on fixtures': () => SEEDS.flatMap((seed) => [...fixtureCases(500, seed)]),
  'connections through iptables': () => ofAll((seed) => connectionCases(seed, OPENINGS)),
  'cases of nft': () => ofAll((seed) => randomNft(EACH * 30, seed)),
  'connections through nft': () => ofAll((seed) => nftConnections(seed, OPENINGS)),
  hosts: () => SEEDS.flatMap((seed) => Array.from({ length: EACH }, (_, at) => drawRoutedHost(randomFrom(seed, 'routed host', at)))),
};

describe('random cases are different ones', () => {
  test.each(Object.entries(DRAWN))('%s', { timeout: 60_000 }, (_, draw) => {
    const drawn = draw().map(keyOf);
    expect(drawn.length).toBeGreaterThanOrEqual(SEEDS.length * EACH);
    expect(drawn.length - new Set(drawn).size).toBe(0);
  });

  test('rulesets of nft, whatever they are for', { timeout: 60_000 }, () => {
    const listings = [
      ...ofAll((seed) => randomNft(EACH * 30, seed)).map(({ rules }) => rules.nft),
      ...ofAll((seed) => nftConnections(seed, 1)).map(({ rules }) => rules.nft),
      ...ofAll(nftFlows).map(({ one }) => one.rules.nft),
    ];
    expect(listings.length - new Set(listings).size).toBe(0);
  });

  test('rulesets of iptables, whatever they are for, but for the smallest', { timeout: 60_000 }, () => {
    const texts = [
      ...ofAll((seed) => randomCases(EACH * 30, seed)),
      ...ofAll((seed) => randomCases(EACH * 30, seed, 'flows')),
      ...ofAll((seed) => randomCases(EACH * 30, seed, 'connections')),
    ].map(({ rules }) => `${rules.v4 ?? rules.v6}`);
    expect(new Set(texts).size / texts.length).toBeGreaterThan(0.93);
    const long = texts.filter((text) => text.split('\n').filter((line) => line.startsWith('-A')).length > 3);
    expect(long.length).toBeGreaterThan(texts.length / 2);
    expect(long.length - new Set(long).size).toBe(0);
  });

  test('texts of nft', { timeout: 60_000 }, () => {
    const texts = SEEDS.flatMap((seed) => randomTexts(500, seed)).map(({ text }) => text);
    expect(new Set(texts).size / texts.length).toBeGreaterThan(0.97);
  });

  test('sends of hosts', () => {
    const host = drawRoutedHost(randomFrom(1, 'routed host', 0));
    const all = SEEDS.flatMap((seed) =>
      Array.from({ length: EACH }, (_, at) => {
        const random = randomFrom(seed, 'sends', at);
        return keyOf(Array.from({ length: 20 }, () => drawSend(random, host)));
      }),
    );
    expect(all.length - new Set(all).size).toBe(0);
  });
});

describe('sources of random choices', () => {
  const LONG = 2 ** 32;
  const keyOfSource = ({ below }: Random): string => `${below(LONG)} ${below(LONG)} ${below(LONG)}`;

  test('of near seeds, names and indices are different ones', { timeout: 60_000 }, () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 8; seed++)
      for (const name of ['host', 'listing'])
        for (let index = 0; index < 10_000; index++) seen.add(keyOfSource(randomFrom(seed, name, index)));
    expect(seen.size).toBe(160_000);
    expect(keyOfSource(randomFrom(1, 'a', 23))).not.toBe(keyOfSource(randomFrom(1, 'a', 2, 3)));
    expect(keyOfSource(randomFrom(12))).toBe(keyOfSource(randomFrom(12)));
  });

  test('that fork from one another do not run into each other', { timeout: 60_000 }, () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      let random = randomFrom(seed);
      for (let index = 0; index < 6000; index++) {
        random = random.fork();
        seen.add(keyOfSource(random));
      }
    }
    expect(seen.size).toBe(240_000);
  });
});
