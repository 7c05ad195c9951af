/** The type and code of ICMP in one term: `icmp=8`, `icmp=3/0-4`. */
import type { Interval } from '../lib/intervals.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { intervalsOf } from '../symbolic/space/project.ts';
import type { Space } from '../symbolic/space/space.ts';
import { type Cube, fieldPlaces, mayBeAbsent } from '../symbolic/words/cubeFields.ts';

type Ranges = readonly Interval<bigint>[];

/** Empty: any, or none at all. */
export function icmpTerm(space: Space, cube: Cube): string {
  const { terms } = cube;
  const [type, code] = [terms.get('icmpType'), terms.get('icmpCode')];
  if (type === undefined && code === undefined) return '';
  const absent = type?.absent !== false && code?.absent !== false;
  const types = rangesOf(space, 'icmpType', type?.values ?? FULL);
  const codes = rangesOf(space, 'icmpCode', code?.values ?? FULL);
  const within = pairs(types, codes);
  const without = [...pairs(gaps(types), WHOLE), ...pairs(types, gaps(codes))];
  const isFree = !mayBeAbsent(space, cube, 'icmpType');
  const negated = isFree ? without.length < within.length : absent;
  return negated ? listed('!', without) : listed('', within);
}

const WHOLE: Ranges = [{ lo: 0n, hi: 255n }];

function rangesOf(space: Space, field: 'icmpType' | 'icmpCode', values: number): Ranges {
  const range = fieldPlaces(space).get(field)?.range ?? { start: 0, width: 8 };
  if (values === EMPTY) return [];
  return intervalsOf(space.manager, values, range, 256) ?? WHOLE;
}

function pairs(types: Ranges, codes: Ranges): readonly string[] {
  return types.flatMap((type) => codes.map((code) => (isWhole(code) ? rangeText(type) : `${rangeText(type)}/${rangeText(code)}`)));
}

function isWhole({ lo, hi }: Interval<bigint>): boolean {
  return lo === 0n && hi === 255n;
}

function rangeText({ lo, hi }: Interval<bigint>): string {
  return lo === hi ? String(lo) : `${lo}-${hi}`;
}

function gaps(ranges: Ranges): Ranges {
  const found: Interval<bigint>[] = [];
  let next = 0n;
  for (const { lo, hi } of ranges) {
    if (lo > next) found.push({ lo: next, hi: lo - 1n });
    next = hi + 1n;
  }
  return next <= 255n ? [...found, { lo: next, hi: 255n }] : found;
}

function listed(sign: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  if (items.length === 1 && items[0] === '0-255') return `${sign}any`;
  return `${sign}${items.length === 1 ? items[0] : `{${items.join(',')}}`}`;
}
