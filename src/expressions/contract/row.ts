/** An element of a set or map, read. */
import type { IntervalSet } from '../../lib/intervals.ts';
import type { NftElement } from '../../syntax/nft/ast.ts';

export interface ElementRow {
  /** for each part of the key the values that it may have; absent: `*`, all that other elements do not have */
  readonly key?: readonly IntervalSet[];
  readonly element: NftElement;
}
