/** Fields that follow from addresses and from what the host knows. */
import { type IntervalSet, includes } from '../../lib/intervals.ts';
import type { Field } from '../../packet/fields.ts';
import { WAYS_BACK } from '../../packet/fields.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import { ofTypeNumbers, ofTypesFrom } from './addressTypes.ts';
import { wayBackSet } from './reversePath.ts';
import type { Env } from './state.ts';

/** Address types: the addresses that the host has of the matched types. Ways back: those of the routes. */
export function derivedSet(
  space: Space,
  env: Env,
  { field, intervals }: { readonly field: Field; readonly intervals: IntervalSet },
): Bdd | undefined {
  if (field.startsWith('wayBack')) {
    const ways = WAYS_BACK.filter((_, index) => includes(intervals, index));
    return wayBackSet(space, env, {
      ways,
      marked: field.endsWith('Marked'),
      bound: field.startsWith('wayBackBound'),
      made: field === 'wayBackMade',
    });
  }
  if (!field.startsWith('srcType') && !field.startsWith('dstType')) return undefined;
  const dev = field.endsWith('In') ? env.iif : field.endsWith('Out') ? env.oif : undefined;
  const [address, other] = field.startsWith('src') ? [env.src, env.dst] : [env.dst, env.src];
  const types = (value: number): boolean => includes(intervals, value);
  return field.includes('From') ? ofTypesFrom(space, { address, other, dev }, types) : ofTypeNumbers(space, { address, dev }, types);
}
