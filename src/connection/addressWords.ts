/** Names for sets of addresses that people have a word for. */
import { addressesOfType } from '../host/addrType.ts';
import type { Interval, IntervalSet } from '../lib/intervals.ts';
import type { Space } from '../symbolic/space/space.ts';

type Values = readonly Interval<bigint>[];

const LOOPBACK_NET = {
  4: { lo: 0x7f00_0000n, hi: 0x7fff_ffffn },
  6: { lo: 1n, hi: 1n },
} as const;

export interface NamedAddresses {
  readonly name: string;
  /** what the name says too much */
  readonly except: Values;
}

const MOST_EXCEPTIONS = 2;

/** `given`: the addresses that are spoken of at all. Undefined when a list of the values is shorter. */
export function nameOfAddresses({ host, family }: Space, values: Values, given: Values): NamedAddresses | undefined {
  const loopback = LOOPBACK_NET[family];
  const ofType = (type: 'LOCAL' | 'UNICAST' | 'BROADCAST') => joined(addressesOfType(host, family, type));
  // the ends of 127.0.0.0/8 are broadcast addresses to the kernel
  const local = joined(sorted([...minus(ofType('LOCAL'), [loopback]), loopback]));
  const others = minus(given, local);
  const names: readonly (readonly [string, Values])[] = [
    ...(others.length === 0 ? [] : [['anywhere', given] as const]),
    ['other hosts', others],
    ['other hosts', minus(others, ofType('BROADCAST'))],
    ['other hosts', ofType('UNICAST')],
    ['this host', minus(given, others)],
  ];
  const fitting = names.flatMap(([name, set]) => (minus(values, set).length === 0 ? [{ name, except: minus(set, values) }] : []));
  const [best] = fitting.sort((one, other) => one.except.length - other.except.length);
  const single = values.length === 1 && values[0]?.lo === values[0]?.hi;
  return best !== undefined && !single && best.except.length <= MOST_EXCEPTIONS && best.except.length < values.length ? best : undefined;
}

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
