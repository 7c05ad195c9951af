/** The order in which nft 1.0.6 lists the elements of a set: that of numbers made of the bytes of their keys, as the machine has them.
 *  nftables src/mergesort.c expr_msort_cmp() */
import type { Interval } from '../../lib/intervals.ts';
import type { FieldValue } from '../../packet/fields.ts';
import type { Datatype } from '../datatypes/datatype.ts';

interface Keyed {
  readonly key: readonly Interval<FieldValue>[];
}

/** `intervals`: the set is one of intervals, whatever is in it. */
export function inListedOrder<One extends Keyed>(
  elements: readonly One[],
  types: readonly Datatype[],
  { intervals }: { readonly intervals: boolean } = { intervals: false },
): readonly One[] {
  const points = elements.every(({ key }) => key.every(({ lo, hi }) => lo === hi));
  const [only] = types;
  if (types.length === 1 && only !== undefined) {
    // names with `*` among them are intervals, and stand by their letters
    const rank = ({ lo }: Interval<FieldValue>): FieldValue | string =>
      points && !(intervals && only.form === 'name') ? rankOf(lo, only) : lo;
    return sortedBy(elements, ({ key }) => rank(key[0] as Interval<FieldValue>));
  }
  if (!points) return elements;
  return sortedBy(elements, ({ key }) => [...key.map(({ lo }, at) => bytesOf(lo, types[at] as Datatype)).join('')].reverse().join(''));
}

/** Of flags the first that is set counts; of names the last letter counts most. */
function rankOf(value: FieldValue, type: Datatype): FieldValue | string {
  if (type.flags === true && typeof value === 'number') return (value & -value) >>> 0;
  if (type.names === 'interface') return indexOf(value);
  return typeof value === 'string' ? [...bytesOf(value, type)].reverse().join('') : value;
}

/** Only the number of lo is the same on every machine, and the first. */
function indexOf(value: FieldValue): string {
  return value === 'lo' ? '\x01' : '\x02';
}

function sortedBy<One>(elements: readonly One[], rank: (one: One) => FieldValue | string): readonly One[] {
  return elements
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0))
    .map(({ one }) => one);
}

/** One letter a byte. */
function bytesOf(value: FieldValue, { bits, byHost, names }: Datatype): string {
  const length = Math.ceil(bits / 8);
  if (names === 'interface') return `${indexOf(value)}${'\0'.repeat(length - 1)}`;
  if (typeof value === 'string') return value.padEnd(length, '\0');
  const digits = value.toString(16).padStart(2 * length, '0');
  const bytes = (digits.match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  return (byHost === true ? bytes.reverse() : bytes).join('');
}
