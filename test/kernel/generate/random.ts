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
  /** an independent source */
  readonly fork: () => Random;
}

/** source: mulberry32 by Tommy Ettinger, public domain */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
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
    fork: () => randomFrom(next()),
  };
}
