/** Which chains are walked once for all who call them. */
import { calls, chainsLeadingTo, sharedChains } from './callers.ts';
import { readsFocused } from './focus.ts';
import { chainReads } from './reads.ts';
import type { TableWalk } from './tableWalk.ts';

export interface Sharing {
  readonly shared: ReadonlySet<string>;
  /** chains that lead to one that is walked once for every packet, which it would not be if it were asked with constants; absent: all */
  readonly unfocused?: ReadonlySet<string>;
}

/** Once for all walks of a table with the same options: a look at each call of 60,000 chains. */
export function sharingOf({ table, unshared, deferred, open }: Pick<TableWalk, 'table' | 'unshared' | 'deferred' | 'open'>): Sharing {
  const all = sharedChains(table);
  const shared = unshared === undefined ? all : new Set([...all].filter((name) => !unshared.has(name)));
  if (open === undefined) return { shared };
  const asking = new Set([...shared].filter((name) => deferred?.has(name) !== true && readsFocused(chainReads(table, name))));
  return { shared, unfocused: chainsLeadingTo(table, ({ name }) => calls(table, name).some(({ chain }) => asking.has(chain))) };
}
