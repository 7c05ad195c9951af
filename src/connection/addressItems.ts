/** Addresses as items of a packet set: networks, ranges, and the names of this host's own ones. */
import { addressesOfType } from '../host/addrType.ts';
import type { Interval, IntervalSet } from '../lib/intervals.ts';
import { formatAddress } from '../packet/address.ts';
import type { Space } from '../symbolic/space/space.ts';

type Values = readonly Interval<bigint>[];

export interface AddressItems {
  /** a `!` before all of them */
  readonly negated: boolean;
  readonly items: readonly string[];
  /** addresses that are none of them */
  readonly except: readonly string[];
}

const MOST_EXCEPTIONS = 2;

/** What is shortest to write. */
export function addressItems(space: Space, lists: readonly { readonly negated: boolean; readonly ranges: Values }[]): AddressItems {
  const plain = lists.map(({ negated, ranges }): AddressItems => ({ negated, items: itemsOf(space, ranges), except: [] }));
  const named = lists.flatMap(({ negated, ranges }) => (negated ? [] : namesWithExceptions(space, ranges)));
  const length = ({ items, except }: AddressItems): number => items.length + except.length;
  const [best] = [...plain, ...named].toSorted((one, other) => length(one) - length(other));
  return best ?? { negated: true, items: [], except: [] };
}

/** `local`, or a network, and not 127.0.0.1 */
function namesWithExceptions(space: Space, values: Values): readonly AddressItems[] {
  return [...namesOf(space), ...networkAround(space, values)].flatMap(([name, addresses]) => {
    if (minus(values, addresses).length > 0) return [];
    const except = minus(addresses, values).flatMap(({ lo, hi }) => prefixes(space, lo, hi));
    return except.length > 0 && except.length <= MOST_EXCEPTIONS ? [{ negated: false, items: [name], except }] : [];
  });
}

/** The smallest network that has all of them. */
function networkAround({ family }: Space, values: Values): readonly (readonly [string, Values])[] {
  const [lo, hi] = [values[0]?.lo, values.at(-1)?.hi];
  if (lo === undefined || hi === undefined) return [];
  const bits = family === 4 ? 32 : 128;
  let rest = 0;
  while (lo >> BigInt(rest) !== hi >> BigInt(rest)) rest++;
  const first = (lo >> BigInt(rest)) << BigInt(rest);
  const address = formatAddress(family === 4 ? Number(first) : first);
  return rest === bits ? [] : [[`${address}/${bits - rest}`, [{ lo: first, hi: first + (1n << BigInt(rest)) - 1n }]]];
}

function itemsOf(space: Space, values: Values): readonly string[] {
  let left = values;
  const named: string[] = [];
  for (const [name, addresses] of namesOf(space)) {
    if (addresses.length === 0 || minus(addresses, values).length > 0) continue;
    const rest = minus(left, addresses);
    if (itemCount(space, left) - itemCount(space, rest) < 1 || (addresses.every(({ lo, hi }) => lo === hi) && addresses.length === 1))
      continue;
    left = rest;
    named.push(name);
  }
  return [...named, ...left.flatMap(({ lo, hi }) => prefixes(space, lo, hi))];
}

function itemCount(space: Space, values: Values): number {
  return values.reduce((count, { lo, hi }) => count + prefixes(space, lo, hi).length, 0);
}

/** As `hostAddresses` of the notation. */
function namesOf({ host, family }: Space): readonly (readonly [string, Values])[] {
  const ofType = (type: 'LOCAL' | 'BROADCAST' | 'MULTICAST'): Values => joined(addressesOfType(host, family, type));
  const local = family === 4 ? joined(sorted([...minus(ofType('LOCAL'), [LOOPBACK]), LOOPBACK])) : ofType('LOCAL');
  return [
    ['local', local],
    ['broadcast', ofType('BROADCAST')],
    ['multicast', ofType('MULTICAST')],
  ];
}

const LOOPBACK = { lo: 0x7f00_0000n, hi: 0x7fff_ffffn };

function sorted(intervals: Values): Values {
  return intervals.toSorted((one, other) => (one.lo < other.lo ? -1 : 1));
}

function joined(intervals: IntervalSet): Values {
  const found: { lo: bigint; hi: bigint }[] = [];
  for (const { lo, hi } of intervals) {
    const last = found.at(-1);
    if (last !== undefined && last.hi + 1n === BigInt(lo)) last.hi = BigInt(hi);
    else found.push({ lo: BigInt(lo), hi: BigInt(hi) });
  }
  return found;
}

function minus(from: Values, what: Values): Values {
  return what.reduce<Values>(
    (left, { lo, hi }) =>
      left.flatMap((one) => {
        if (one.hi < lo || one.lo > hi) return [one];
        const before = one.lo < lo ? [{ lo: one.lo, hi: lo - 1n }] : [];
        return one.hi > hi ? [...before, { lo: hi + 1n, hi: one.hi }] : before;
      }),
    from,
  );
}

/** An address range as the fewest prefixes; from its first to its last address when those are many. */
function prefixes({ family }: Space, lo: bigint, hi: bigint): readonly string[] {
  const bits = family === 4 ? 32 : 128;
  const found: string[] = [];
  let at = lo;
  while (at <= hi && found.length < 3) {
    let length = bits;
    while (length > 0) {
      const size = 1n << BigInt(bits - length + 1);
      if (at % size !== 0n || at + size - 1n > hi) break;
      length--;
    }
    const address = formatAddress(family === 4 ? Number(at) : at);
    found.push(length === bits ? address : `${address}/${length}`);
    at += 1n << BigInt(bits - length);
  }
  const text = (value: bigint): string => formatAddress(family === 4 ? Number(value) : value);
  return found.length > 2 ? [`${text(lo)}-${text(hi)}`] : found;
}
