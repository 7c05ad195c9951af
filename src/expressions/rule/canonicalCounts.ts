/** Statements that are kept as their words, in those in which nft 1.0.6 lists them. nftables src/statement.c */
import { formatAddress } from '../../packet/address.ts';
import type { NftElement, NftFamily, NftName, NftStatement } from '../../syntax/nft/ast.ts';
import { nftNumber, nftWhole } from '../../syntax/nft/selectors.ts';
import { tcpOptionName } from '../datatypes/tcpOptions.ts';
import { nftDuration } from '../values/canonicalValue.ts';

type Counting = Extract<NftStatement, { kind: 'limit' | 'quota' | 'ct count' | 'last' }>;

/** `1024 bytes` are `1 kbytes`; what nft takes where nothing is said is left out. */
export function canonicalCounting(statement: Counting): NftStatement {
  const says = statement.says.map(inDecimal);
  switch (statement.kind) {
    case 'limit':
      return { ...statement, says: withoutUsualBurst(inLargeUnits(withBurst(says))) };
    case 'quota':
      return { ...statement, says: withoutUsed(inLargeUnits(says).filter(({ text }) => text !== 'until')) };
    case 'ct count':
      return { ...statement, says: says.map(in32Bits) };
    case 'last':
      return statement;
  }
}

/** `0x10/second` is `16/second`. */
export function inDecimal(name: NftName): NftName {
  const text = name.text.replace(/^(?:0x[\da-f]+|\d+)/i, (number) => String(nftWhole(number)));
  return text === name.text ? name : { ...name, text };
}

function in32Bits(name: NftName): NftName {
  return /^\d+$/.test(name.text) ? { ...name, text: String(Number(name.text) % 2 ** 32) } : name;
}

const UNITS = ['bytes', 'kbytes', 'mbytes'];

/** `10 kbytes/second`: the unit may have more behind it. nftables src/datatype.c rate_parse(), data_rate_print() */
function inLargeUnits(says: readonly NftName[]): readonly NftName[] {
  const done = [...says];
  for (const [at, { text, ...span }] of done.entries()) {
    const [, unit = '', rest = ''] = /^([km]?bytes)(.*)$/.exec(text) ?? [];
    const number = done[at - 1];
    let level = UNITS.indexOf(unit);
    if (level < 0 || number === undefined) continue;
    // what has more than 64 bits loses them
    let count = BigInt.asUintN(64, BigInt(number.text) * 1024n ** BigInt(level));
    for (level = 0; count !== 0n && count % 1024n === 0n && level < 2; level++) count /= 1024n;
    done[at - 1] = { ...number, text: String(count) };
    done[at] = { ...span, text: `${UNITS[level]}${rest}` };
  }
  return done;
}

/** `burst 5 packets` and `burst 0 bytes` are what nft takes where nothing is said. */
function withoutUsualBurst(says: readonly NftName[]): readonly NftName[] {
  const last = says.slice(-3).map(({ text }) => text);
  return ['burst 5 packets', 'burst 0 packets', 'burst 0 bytes'].includes(last.join(' ')) ? says.slice(0, -3) : says;
}

/** A burst has 32 bits, counted in packets or bytes. */
function withBurst(says: readonly NftName[]): readonly NftName[] {
  const at = says.findIndex(({ text }) => text === 'burst') + 1;
  const [number, unit] = [says[at], says[at + 1]];
  if (at === 0 || number === undefined || unit === undefined) return says;
  const size = 2 ** 32 / 1024 ** Math.max(0, UNITS.indexOf(unit.text));
  return says.map((one) => (one === number ? { ...one, text: String(nftNumber(one.text) % size) } : one));
}

function withoutUsed(says: readonly NftName[]): readonly NftName[] {
  const last = says.slice(-3).map(({ text }) => text);
  return last.join(' ') === 'used 0 bytes' ? says.slice(0, -3) : says;
}

export function canonicalLog(statement: Extract<NftStatement, { kind: 'log' }>): NftStatement {
  const words = statement.says.map(({ text }) => text);
  const after = (word: string): string | undefined => (words.includes(word) ? words[words.indexOf(word) + 1] : undefined);
  const numberAfter = (word: string, size: number): string | undefined => {
    const text = after(word);
    return text && String(nftNumber(text) % size);
  };
  const prefix = after('prefix');
  const group = numberAfter('group', 0x1_0000);
  const [snaplen, threshold, level] = [numberAfter('snaplen', 2 ** 32), numberAfter('queue-threshold', 0x1_0000), after('level')];
  const said = [
    ...(prefix === undefined ? [] : ['prefix', prefix.startsWith('"') ? prefix : `"${prefix}"`]),
    ...(group === undefined ? [] : ['group', group]),
    ...(group === undefined || snaplen === undefined ? [] : ['snaplen', snaplen]),
    ...(group === undefined || threshold === undefined || threshold === '0' ? [] : ['queue-threshold', threshold]),
    ...(level === undefined || level === 'warn' ? [] : ['level', level]),
    ...logFlags(words),
  ];
  const { start, end } = statement;
  return { ...statement, says: said.map((text) => ({ text, start, end })) };
}

function logFlags(words: readonly string[]): readonly string[] {
  const flags = words.flatMap((word, at) =>
    words[at - 1] === 'flags' ? [word === 'tcp' || word === 'ip' ? `${word} ${words[at + 1]}` : word] : [],
  );
  const tcp = ['sequence', 'options'].filter((one) => flags.some((flag) => flag.startsWith('tcp ') && flag.includes(one)));
  const others = ['ip options', 'skuid', 'ether'].filter((one) => flags.includes(one));
  if (flags.includes('all') || (tcp.length === 2 && others.length === 3)) return ['flags all'];
  return [...(tcp.length === 0 ? [] : [`tcp ${tcp.join(',')}`]), ...others].map((flag) => `flags ${flag}`);
}

type Other = Extract<NftStatement, { kind: 'other' }>;

/** `queue num 3 bypass` is `queue flags bypass to 3`; names of devices are in quotes. */
export function canonicalOther(statement: Other, table: NftFamily): NftStatement {
  const { start, end, says } = statement;
  const words = statement.verb === 'dup' ? addressWords(statement, table) : says.map(({ text }) => text);
  const said = (texts: readonly string[]): NftStatement => ({ ...statement, says: texts.map((text) => ({ text, start, end })) });
  if (statement.verb === 'dup' || statement.verb === 'fwd')
    return said(words.map((word, at) => (isDevice(statement.verb, words.slice(0, at)) ? deviceName(word) : word)));
  if (statement.verb === 'reset') return said(words.map((word, at) => (at === words.length - 1 ? tcpOptionName(word) : word)));
  if (statement.verb === 'flow') return said(['add', ...words.slice(1)]);
  if (statement.verb === 'synproxy') {
    const after = (word: string, size: number): string =>
      words.includes(word) ? String(nftNumber(words[words.indexOf(word) + 1] ?? '') % size) : '0';
    const isSized = words.includes('mss') || words.includes('wscale');
    const sizes = isSized ? ['mss', after('mss', 0x1_0000), 'wscale', after('wscale', 0x100)] : [];
    return said([...sizes, ...['timestamp', 'sack-perm'].filter((word) => words.includes(word))]);
  }
  if (statement.verb !== 'queue') return statement;
  const flags = ['bypass', 'fanout'].filter((flag) => words.some((word) => word.split(',').includes(flag)));
  const at = words.findIndex((word) => word === 'to' || word === 'num');
  const to = at < 0 ? ['0'] : words.slice(at + 1).filter((word) => !/^(?:bypass|fanout)(?:,|$)/.test(word));
  return said([...(flags.length === 0 ? [] : ['flags', flags.join(',')]), 'to', ...to]);
}

/** Where `dup` sends to: with the family of the table, a number as an address. */
function addressWords({ says }: Other, table: NftFamily): readonly string[] {
  if (table !== 'ip' && table !== 'ip6') return says.map(({ text }) => text);
  const words = says.map(({ text }) => text).filter((word, at, all) => !(/^ip6?$/.test(word) && all[at - 1] === 'rt'));
  return words.flatMap((word, at) => {
    const before = words[at - 1] ?? '';
    if (word === 'nexthop' || (/^[sd]addr$/.test(word) && /^(?:original|reply)$/.test(before))) return [table, word];
    const isNumber = before === 'to' && table === 'ip' && /^(?:0x[\da-f]+|\d+)$/i.test(word);
    return isNumber ? [formatAddress(Number(word))] : [word];
  });
}

/** By number where it has one. */
function deviceName(word: string): string {
  if (word === '1') return '"lo"';
  return /^(?:["$]|\d+$)/.test(word) ? word : `"${word}"`;
}

/** `fwd to lo` has no address. */
function isDevice(verb: string, before: readonly string[]): boolean {
  return before.at(-1) === 'device' || (verb === 'fwd' && before.at(-1) === 'to' && before.length === 1);
}

/** What an element counts, and how long it stays. */
export function canonicalCounted(element: NftElement): NftElement {
  const { timeout, statements } = element;
  return {
    ...element,
    ...(timeout !== undefined && { timeout: { ...timeout, text: nftDuration(timeout.text) } }),
    statements: statements.map((one) => (one.kind === 'limit' || one.kind === 'quota' ? canonicalCounting(one) : one)),
  };
}
