/** Matches of one rule: a key beside a value, a range, a set in place or by name, a concatenation, bits; and what remembers or is left to chance. */
import { MASKS } from '../../../../src/api/arbitraries/pools.ts';
import type { Random } from '../../generate/random.ts';
import { IN_ONLY, KEYS, type Key, type Layer3 } from './keys.ts';
import { type Asked, asked, isFit, isWithin, type Place } from './place.ts';

export interface Drawn {
  readonly text: string;
  readonly after: Asked;
}

export function drawMatch(place: Place, before: Asked): Drawn {
  const { random } = place;
  const how = random.weighted([
    [70, 'key'],
    [12, 'concat'],
    [4, 'fib'],
    [5, 'chance'],
    [7, 'l4'],
  ] as const);
  if (how === 'concat') return drawConcat(place, before) ?? drawKeyed(place, before);
  if (how === 'chance') return chance(place, before);
  if (how === 'fib' && isWithin(place, IN_ONLY)) return { text: random.pick(WAY_BACK), after: before };
  if (how !== 'l4' || before.l4 !== undefined) return drawKeyed(place, before);
  const l4 = random.pick(['th', 'tcp', 'udp'] as const);
  const [text, after] = [`meta l4proto ${l4 === 'th' ? '{ tcp, udp }' : l4}`, { ...before, l4 }];
  if (random.chance(0.7)) return { text, after };
  const port = random.pick(KEYS.connection.filter(({ afterPorts }) => afterPorts === true));
  return { text: `${text} ${port.text} ${random.pick(['', '!= '])}${random.pick([...port.singles, ...port.parts])}`, after };
}

const WAY_BACK = [
  'fib saddr . iif oif 0',
  'fib saddr . iif oif != 0',
  'fib saddr . iif oif missing',
  'fib saddr oif exists',
  'fib daddr oif "net1"',
  'fib daddr oifname "eth0"',
  'fib saddr . mark . iif oif missing',
];

function chance(place: Place, before: Asked): Drawn {
  const { random } = place;
  const layer = layerOf(place, before);
  if (random.chance(0.1)) return { text: `jhash ${layer} saddr mod 2 1`, after: { ...before, l3: layer } };
  const text = random.pick([
    'limit rate 1/hour burst 1 packets',
    'limit rate over 10/second',
    'limit rate 400/minute burst 5 packets',
    'numgen inc mod 2 0',
    'numgen random mod 4 < 2',
    'numgen random mod 10 { 0-4, 7 }',
    'symhash mod 2 0',
    'quota over 10 mbytes',
    'ct count over 20',
    'ct count over 0',
    'ct count 20',
  ]);
  return { text, after: before };
}

/** A family for what the table and the rule leave open. */
export function layerOf({ random, family }: Pick<Place, 'random' | 'family'>, { l3 }: Asked): Layer3 {
  const usual = family === 'inet' ? random.pick(['ip', 'ip6'] as const) : family;
  return l3 === 'ip' || l3 === 'ip6' ? l3 : usual;
}

export function drawKey(place: Place, before: Asked, fits: (key: Key) => boolean = () => true): Key | undefined {
  const { random } = place;
  const group = random.weighted([
    [50, KEYS.payload],
    [34, KEYS.meta],
    [14, KEYS.connection],
    [5, KEYS.fib],
  ]);
  const fit = group.filter((key) => isFit(place, before, key) && fits(key));
  return fit.length === 0 ? undefined : random.pick(fit);
}

function drawKeyed(place: Place, before: Asked): Drawn {
  const key = drawKey(place, before) ?? (KEYS.meta.find(({ text }) => text === 'meta mark') as Key);
  const text = `${spelt(place.random, key.text)} ${compared(place, key)}`;
  const after = asked(before, key);
  const settled = /^(?:meta l4proto|ip protocol|ip6 nexthdr) (tcp|udp)$/.exec(text)?.[1] as 'tcp' | 'udp' | undefined;
  const layer = /^meta (?:nfproto|protocol) (ip\S*)$/.exec(text)?.[1];
  const l3 = layer === undefined ? after.l3 : layer === 'ip' || layer === 'ipv4' ? 'ip' : 'ip6';
  return { text, after: { l3, l4: settled ?? after.l4 } };
}

/** Some keys can be written without `meta`. */
function spelt({ chance: often }: Random, text: string): string {
  return /^meta (?:mark|skuid|skgid)$/.test(text) && often(0.4) ? text.slice('meta '.length) : text;
}

function compared(place: Place, key: Key): string {
  const { random } = place;
  const not = random.chance(0.42) ? '!= ' : '';
  if (key.flags === true && random.chance(0.7)) return flags(random, key);
  if (key.masked === true && random.chance(0.4)) return masked(random, key);
  const how = random.weighted([
    [40, 'single'],
    [key.parts.length > 0 ? 20 : 0, 'part'],
    [key.ordered === true ? 8 : 0, 'order'],
    [16, 'set'],
    [key.parts.length > 0 ? 12 : 0, 'intervals'],
    [key.alone === true ? 0 : 14, 'named'],
  ] as const);
  if (how === 'part') return `${not}${random.pick(key.parts)}`;
  if (how === 'order')
    return `${random.pick(['<', '>', '<=', '>='])} ${random.pick(key.singles.filter((one) => one !== '0' && one !== '0xffffffff' && one !== '65535' && one !== '4294967295'))}`;
  if (how === 'set') return `${not}{ ${several(random, key.singles).join(', ')} }`;
  if (how === 'intervals') return `${not}{ ${several(random, key.parts).join(', ')} }`;
  if (how === 'named') return `${not}@${namedSet(place, [key])}`;
  return `${not}${random.pick(key.singles)}`;
}

export function several<T>({ pick, below }: Random, from: readonly T[]): readonly T[] {
  const found = new Set<T>();
  const wanted = 1 + below(Math.min(5, from.length));
  while (found.size < wanted) found.add(pick(from));
  return [...found];
}

function flags(random: Random, { text, singles }: Key): string {
  const some = several(random, singles.slice(0, 5));
  const [one = ''] = some;
  if (text !== 'tcp flags') return random.pick([some.join(','), `!= ${one}`, `! ${one}`, `{ ${some.join(', ')} }`]);
  const bits = some.join(' | ');
  return random.pick([
    `== ${one}`,
    `! ${some.join(',')}`,
    some.join(','),
    `& (${bits} | syn) == syn`,
    `& (fin | syn | rst | ack) != ${one}`,
    `& (${bits} | ack) == ${one}`,
    `{ syn, syn | ack, ${singles.slice(2, 4).join(' | ')} }`,
    'syn / fin,syn,rst,ack',
  ]);
}

function masked({ pick, chance: often }: Random, { text, singles }: Key): string {
  if (text === 'ip frag-off') return pick(['& 0x1fff == 0', '& 0x1fff != 0', '& 0x4000 == 0x4000']);
  const mask = pick(MASKS.filter((one) => one !== 0 && one !== 0xffff_ffff));
  const value = (Number(pick(singles)) & mask) >>> 0;
  return `${pick(['&', 'and'])} 0x${mask.toString(16)} ${often(0.3) ? '!= ' : often(0.5) ? '== ' : ''}0x${value.toString(16)}`;
}

/** Declares a set of these keys, or names one that is there with the same keys. */
function namedSet(place: Place, keys: readonly Key[]): string {
  const { random, declared } = place;
  const name = `s${declared.length + 1}`;
  const intervals = keys.some(({ parts }) => parts.length > 0) && random.chance(0.5);
  const typed = keys.every(({ type }) => type !== undefined) && random.chance(0.7);
  const of = typed ? `type ${keys.map(({ type }) => type).join(' . ')}` : `typeof ${keys.map(({ text }) => text).join(' . ')}`;
  const elements = random.chance(0.06) ? [] : elementsOf(random, keys, intervals);
  const shown = elements.length === 0 ? '' : ` elements = { ${elements.join(', ')} }`;
  declared.push(`set ${name} { ${of};${intervals ? ' flags interval;' : ''}${random.chance(0.1) ? ' comment "a set";' : ''}${shown} }`);
  return name;
}

/** Tuples whose first parts do not overlap. */
export function elementsOf(random: Random, [first, ...others]: readonly Key[], intervals: boolean): readonly string[] {
  if (first === undefined) return [];
  const pool = (key: Key): readonly string[] => (intervals && key.parts.length > 0 && random.chance(0.6) ? key.parts : key.singles);
  return several(random, intervals && first.parts.length > 0 ? first.parts : first.singles).map((one) =>
    [one, ...others.map((key) => random.pick(pool(key)))].join(' . '),
  );
}

export interface Keyed {
  readonly keys: readonly Key[];
  readonly after: Asked;
}

/** Two or three keys that one packet can have. */
export function drawKeys(place: Place, before: Asked): Keyed | undefined {
  const { random } = place;
  const keys: Key[] = [];
  let after = before;
  for (let wanted = 2 + random.below(2); wanted > 0; wanted--) {
    const key = drawKey(place, after, (one) => one.alone !== true && !keys.some(({ text }) => text === one.text));
    if (key === undefined) continue;
    keys.push(key);
    after = asked(after, key);
  }
  return keys.length < 2 ? undefined : { keys, after };
}

function drawConcat(place: Place, before: Asked): Drawn | undefined {
  const { random } = place;
  const keyed = drawKeys(place, before);
  if (keyed === undefined) return undefined;
  const { keys, after } = keyed;
  const not = random.chance(0.25) ? '!= ' : '';
  const text = keys.map((key) => key.text).join(' . ');
  if (random.chance(0.5)) return { text: `${text} ${not}@${namedSet(place, keys)}`, after };
  return { text: `${text} ${not}{ ${elementsOf(random, keys, random.chance(0.5)).join(', ')} }`, after };
}
