/** Where chainwalk is not like the kernel, by name; cases/known.ts has what can be asked by itself. */

import type { Examined } from '../../../src/kernel/compared/examined.ts';

export interface KnownDifference {
  readonly id: string;
  readonly holds: (nft: string, pair: Examined) => boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [];
