/** One ruleset of the tables of two. */
import type { Ruleset } from './ruleset.ts';

/** A table that both have is that of `all`. */
export function withTablesOf(all: Ruleset, more: Ruleset): Ruleset {
  const backends = all.backends && { nft: withTablesOf(all.backends.nft, more), legacy: all.backends.legacy };
  return {
    ...all,
    tables: new Map([...all.tables, ...[...more.tables].filter(([name]) => !all.tables.has(name))]),
    usesConntrack: all.usesConntrack || more.usesConntrack,
    usesDefrag: all.usesDefrag || more.usesDefrag,
    hasOpaqueTarget: all.hasOpaqueTarget || more.hasOpaqueTarget,
    ...(all.around === undefined && more.around !== undefined && { around: more.around }),
    ...(backends !== undefined && { backends }),
  };
}
