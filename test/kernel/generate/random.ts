/** A seeded source of random choices: the same seed gives the same cases on every machine. */
export interface Random {
  /** 0 to n - 1 */
  readonly below: (n: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
  /** each item with this probability, in order */
  readonly some: <T>(from: readonly T[], probability: number) => readonly T[];
  /** picks by weight */
  readonly weighted: <T>(from: readonly (readonly [number, T])[]) => T;
  /** another source, of 128 bits of this one: forks of forks do not meet either */
  readonly fork: () => Random;
}

/** A source for each thing that is drawn from a seed, as `randomFrom(7, 'pairs', 'host', 3)`: what one draws shifts no other, and neither near
 *  seeds nor other names repeat it. 32 bits of state are too few: chains of sources ran into each other after some 60,000.
 *  source: sfc32 by Chris Doty-Humphrey (PractRand), public domain */
export function randomFrom(seed: number, ...names: readonly (string | number)[]): Random {
  let [a, b, c, counter] = [0, 0, 0, 1];
  const next = (): number => {
    const out = (a + b + counter++) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  // as JSON, so that other names are another text; each character is mixed in before the next
  for (const character of JSON.stringify([seed, ...names])) {
    a ^= character.charCodeAt(0);
    for (let round = 0; round < 12; round++) next();
  }
  const below = (n: number): number => Math.floor((next() / 2 ** 32) * n);
  const chance = (probability: number): boolean => next() / 2 ** 32 < probability;
  return {
    below,
    chance,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
    some: (from, probability) => from.filter(() => chance(probability)),
    weighted: <T>(from: readonly (readonly [number, T])[]): T => {
      let left = below(from.reduce((sum, [weight]) => sum + weight, 0));
      for (const [weight, item] of from) {
        if (left < weight) return item;
        left -= weight;
      }
      return (from[0] as readonly [number, T])[1];
    },
    fork: () => randomFrom(next(), next(), next(), next()),
  };
}
