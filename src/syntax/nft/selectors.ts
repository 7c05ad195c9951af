/** What a rule asks of a packet, from the words that ask it. */
import type { NftSelector } from './ast.ts';

/** As strtoull(3) reads it in base 0. */
export function nftNumber(text: string): number {
  return /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
}

/** Of 64 bits. */
export function nftWhole(text: string): bigint {
  return BigInt(/^0[0-7]+$/.test(text) ? `0o${text}` : text);
}

/** fact: `numgen inc mod 0x100000002` draws one of two */
export function in32Bits(text: string): number {
  return nftNumber(text) % 2 ** 32;
}

/** Rules say the same few again and again. */
const KNOWN = new Map<string, NftSelector>();
const MOST_KNOWN = 4096;

export function nftSelectorOf(kind: SelectorKind, text: string): NftSelector {
  const known = KNOWN.get(text);
  if (known !== undefined) return known;
  const words = text
    .replaceAll(/\\\r?\n/g, ' ')
    .trim()
    .split(/[ \t]+/);
  const made = READERS[kind](words as [string, ...string[]]);
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear();
  KNOWN.set(text, made);
  return made;
}

export type SelectorKind = 'payload' | 'raw' | 'meta' | 'ct' | 'fib' | 'numgen' | 'header' | 'other';
type Reader = (words: readonly [string, ...string[]]) => NftSelector;

const READERS: Readonly<Record<SelectorKind, Reader>> = {
  payload: ([protocol, ...field]) => ({ kind: 'payload', protocol, field: field.join(' ') }),
  raw: (words) => {
    const [base = '', offset = '0', length = '0'] = words.join('').slice(1).split(',');
    return { kind: 'raw', base, offset: nftNumber(offset), length: nftNumber(length) };
  },
  meta: ([first, second]) => ({ kind: 'meta', key: first === 'meta' ? (second ?? '') : first }),
  ct: ([, first = '', second = '', third = '']) => {
    if (first !== 'original' && first !== 'reply') return { kind: 'ct', key: first };
    return second === 'ip' || second === 'ip6'
      ? { kind: 'ct', key: third, direction: first, family: second }
      : { kind: 'ct', key: second, direction: first };
  },
  fib: ([, ...words]) => ({ kind: 'fib', flags: words.slice(0, -1).filter((word) => word !== '.'), result: words.at(-1) ?? '' }),
  numgen: ([, mode, , modulus, , offset = '0']) => ({
    kind: 'numgen',
    mode: mode === 'random' ? 'random' : 'inc',
    modulus: in32Bits(modulus ?? ''),
    offset: in32Bits(offset),
  }),
  header: headerOf,
  // of the others nft takes the family, and forgets it
  other: ([first, ...more]) => ({
    kind: 'other',
    words: first === 'rt' && more[1] !== 'nexthop' ? [first, more.at(-1) ?? ''] : [first, ...more],
  }),
};

function headerOf(words: readonly string[]): NftSelector {
  const [first = '', second = '', ...rest] = words;
  if (second === 'option' || second === 'chunk') {
    const of = `${first} ${second}` as 'tcp option';
    const [name = '', ...field] = first === 'tcp' && rest[0]?.startsWith('@') === true ? [rest.join('')] : rest;
    return { kind: 'header', of, name, ...(field.length > 0 && { field: field.join(' ') }) };
  }
  if (first === 'exthdr') return { kind: 'header', of: 'exthdr', name: second };
  return { kind: 'header', of: 'exthdr', name: first, field: [second, ...rest].join(' ') };
}
