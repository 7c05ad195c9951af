/** Located values as places. */
import type { Place } from '../given.ts';
import type { Located } from '../manifest/node.ts';

export function placeOf({ source, span }: Located<unknown>): Place {
  return { source, span };
}
