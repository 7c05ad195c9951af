/** Sets of packets in words: `tcp, uid not 1337, to 10.0.0.0/8 except port 443`. */
import { BudgetError } from '../lib/budget.ts';
import type { Interval } from '../lib/intervals.ts';
import { formatAddress } from '../packet/address.ts';
import { flagLetters, hexMark, protocolName } from '../packet/notation.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { FULL } from '../symbolic/diagrams/bdd.ts';
import { intervalsOf, project } from '../symbolic/space/project.ts';
import type { Space, StartField } from '../symbolic/space/space.ts';
import { widthOf } from '../symbolic/space/space.ts';
import type { Box } from '../symbolic/words/describe.ts';
import { boxesOf } from '../symbolic/words/describe.ts';
import { nameOfAddresses } from './addressWords.ts';
import type { RulesOnHost } from './rulesOnHost.ts';

export interface PacketSetWords {
  readonly set: Bdd;
  readonly dir: 'in' | 'out';
  readonly iif?: string;
  /** what goes without saying: fields in which the set is no narrower are left out */
  readonly within?: Bdd;
}

const MAX_BOXES = 4;

/** Said of a set that would take more than `WORDS` to describe: what was proved of it stands all the same. */
export const NO_WORDS = 'packets of more kinds than can be described';
const WORDS = { steps: 4_000_000, nodes: 1_000_000 };

export function packetWords({ space }: Pick<RulesOnHost, 'space'>, words: PacketSetWords): string {
  try {
    return space.budget.share(1 / 2, () => describe(space, words), WORDS);
  } catch (error) {
    if (error instanceof BudgetError) return NO_WORDS;
    throw error;
  }
}

function describe(space: Space, { set, dir, iif, within = FULL }: PacketSetWords): string {
  const { boxes, more } = boxesOf(space, set, { within, limit: MAX_BOXES });
  const given = new Map(FIELDS.map((field) => [field, valuesOf(space, within, field) ?? []]));
  const parts = boxes.map((box) => boxWords(space, box, given));
  const where = dir === 'in' && iif !== undefined ? `arriving on ${iif}: ` : '';
  return `${where}${[...new Set(parts)].join('; or ')}${more ? '; and more' : ''}`;
}

/** `tcp, udp`, of a set's packets; empty when they may have any. */
export function protocolsOf(space: Space, set: Bdd): string {
  const values = valuesOf(space, set, 'proto') ?? [];
  return key(values) === '0-255' || values.length === 0 ? '' : fieldWords(space, 'proto', { values, all: values });
}

/** In the order in which people say them. */
const FIELDS: readonly StartField[] = [
  'proto',
  'uid',
  'gid',
  'src',
  'sport',
  'dst',
  'dport',
  'mark',
  'flags',
  'icmpType',
  'icmpCode',
  'ttl',
  'tos',
  'length',
  'fragOffset',
  'mac',
  'spi',
];

type Values = readonly Interval<bigint>[];

function valuesOf({ manager, offsets, family }: Space, set: Bdd, field: StartField): Values | undefined {
  const range = { start: offsets[field], width: widthOf(field, family) };
  return intervalsOf(manager, project(manager, set, range), range, 64);
}

function key(values: Values): string {
  return values.map(({ lo, hi }) => `${lo}-${hi}`).join();
}

function boxWords(space: Space, { fields, who }: Box, given: ReadonlyMap<StartField, Values>): string {
  const words: string[] = [];
  for (const field of FIELDS) {
    const values = fields[field];
    const said = field === 'proto' || field === 'dst';
    const all = given.get(field) ?? [];
    if (values === undefined || (!said && key(values) === key(all))) continue;
    const text = fieldWords(space, field, { values, all });
    if (text !== '' && text !== 'flags S') words.push(text);
  }
  if (who === 'nobody') words.push('without a socket');
  if (who === 'the kernel') words.push('of a kernel socket');
  return words.length === 0 ? 'any packet' : words.join(', ');
}

const NAMES: Readonly<Partial<Record<StartField, string>>> = {
  src: 'from',
  dst: 'to',
  sport: 'from port',
  dport: 'to port',
  icmpType: 'icmp type',
  icmpCode: 'icmp code',
  length: 'length',
  fragOffset: 'fragment offset',
};

interface FieldValues {
  readonly values: Values;
  /** those that are spoken of at all */
  readonly all: Values;
}

function fieldWords(space: Space, field: StartField, { values, all }: FieldValues): string {
  const known = field === 'src' || field === 'dst' ? nameOfAddresses(space, values, all) : undefined;
  if (known !== undefined) {
    const except = known.except.flatMap((interval) => intervalWords(space, field, interval));
    return `${NAMES[field]} ${known.name}${except.length === 0 ? '' : ` but not ${except.join(' or ')}`}`;
  }
  const width = widthOf(field, space.family);
  const name = field === 'proto' ? '' : `${NAMES[field] ?? field} `;
  const others = complement(values, width);
  const list = (intervals: readonly Interval<bigint>[]) => intervals.flatMap((interval) => intervalWords(space, field, interval));
  // what is left out is said when it is shorter
  const plain = list(values);
  const except = list(others);
  if (except.length > 0 && except.length < plain.length)
    return `${name}${field === 'proto' ? '' : ''}${except.length === 1 ? 'not ' : 'none of '}${join(except)}`;
  return `${name}${join(plain)}`;
}

function join(words: readonly string[]): string {
  return words.length > 6 ? `${words.slice(0, 6).join(', ')} and ${words.length - 6} more` : words.join(', ');
}

function complement(values: readonly Interval<bigint>[], width: number): readonly Interval<bigint>[] {
  const gaps: Interval<bigint>[] = [];
  let next = 0n;
  for (const { lo, hi } of values) {
    if (lo > next) gaps.push({ lo: next, hi: lo - 1n });
    next = hi + 1n;
  }
  const last = (1n << BigInt(width)) - 1n;
  return next <= last ? [...gaps, { lo: next, hi: last }] : gaps;
}

function intervalWords(space: Space, field: StartField, { lo, hi }: Interval<bigint>): readonly string[] {
  if (field === 'src' || field === 'dst') return prefixes(space, lo, hi);
  const text = (value: bigint): string => {
    if (field === 'proto') return protocolName(Number(value));
    if (field === 'mark') return hexMark(Number(value));
    return field === 'flags' ? flagLetters(Number(value)) || 'none' : String(value);
  };
  return [lo === hi ? text(lo) : field === 'flags' ? `${lo}-${hi}` : `${text(lo)}-${text(hi)}`];
}

/** An address range as the fewest prefixes; from its first to its last address when those are many. */
function prefixes({ family }: Space, lo: bigint, hi: bigint): readonly string[] {
  const bits = family === 4 ? 32 : 128;
  const found: string[] = [];
  let at = lo;
  while (at <= hi) {
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
