/** One ruleset of the tables of two. */
import { nftTableName } from './nftOfIptables.ts';
import type { Ruleset } from './ruleset.ts';

/** A table that both have is that of `all`. */
export function withTablesOf(all: Ruleset, more: Ruleset): Ruleset {
  const listed = more.nft?.tables.filter((table) => !all.tables.has(nftTableName(table))) ?? [];
  const nft = more.nft && { ...more.nft, tables: [...(all.nft?.tables ?? []), ...listed] };
  const backends = all.backends && { nft: withTablesOf(all.backends.nft, more), legacy: all.backends.legacy };
  return {
    ...all,
    tables: new Map([...all.tables, ...[...more.tables].filter(([name]) => !all.tables.has(name))]),
    usesConntrack: all.usesConntrack || more.usesConntrack,
    usesDefrag: all.usesDefrag || more.usesDefrag,
    hasOpaqueTarget: all.hasOpaqueTarget || more.hasOpaqueTarget,
    ...(all.around === undefined && more.around !== undefined && { around: more.around }),
    ...(nft !== undefined && { nft }),
    ...(backends !== undefined && { backends }),
  };
}
