/** Chunks of SCTP packets. source: RFC 9260, section 3.2; names as `iptables -p sctp -h` lists them */
import { malformed, type Shape } from './shape.ts';

/** In the order of their numbers, which is that of printing. */
const CHUNKS: readonly (readonly [name: string, number: number, flags?: string])[] = [
  ['DATA', 0, '----IUBE'],
  ['INIT', 1],
  ['INIT_ACK', 2],
  ['SACK', 3],
  ['HEARTBEAT', 4],
  ['HEARTBEAT_ACK', 5],
  ['ABORT', 6, '-------T'],
  ['SHUTDOWN', 7],
  ['SHUTDOWN_ACK', 8],
  ['ERROR', 9],
  ['COOKIE_ECHO', 10],
  ['COOKIE_ACK', 11],
  ['ECN_ECNE', 12],
  ['ECN_CWR', 13],
  ['SHUTDOWN_COMPLETE', 14, '-------T'],
  ['I_DATA', 64, '----IUBE'],
  ['RE_CONFIG', 130],
  ['PAD', 132],
  ['ASCONF', 193],
  ['ASCONF_ACK', 128],
  ['FORWARD_TSN', 192],
  ['I_FORWARD_TSN', 194],
];

export interface Chunk {
  readonly name: string;
  /** letters of flags: upper case must be set, lower case must not */
  readonly flags: string;
}

export type ChunkTypes = 'ALL' | readonly Chunk[];

const BY_NUMBER = CHUNKS.toSorted(([, a], [, b]) => a - b);

function flagsIn(layout: string | undefined, written: string): string | undefined {
  const known = [...(layout ?? '')].filter((letter) => letter !== '-');
  if ([...written].some((letter) => !known.includes(letter.toUpperCase()))) return undefined;
  // of one letter in both cases the last one counts
  return known.flatMap((letter) => [...written].findLast((given) => given.toUpperCase() === letter) ?? []).join('');
}

export const chunkTypes: Shape<ChunkTypes> = {
  decode: ({ text }) => {
    if (text.toUpperCase() === 'ALL') return { value: 'ALL' };
    const found = new Map<string, string>();
    for (const entry of text.toUpperCase() === 'NONE' ? [] : text.split(',').filter((one) => one !== '')) {
      const [name = '', flags = ''] = entry.split(':');
      const chunk = CHUNKS.find(([known]) => known === name.toUpperCase());
      const letters = flagsIn(chunk?.[2], flags);
      if (chunk === undefined || letters === undefined) return malformed(`\`${entry}\` is not a valid SCTP chunk`);
      found.set(chunk[0], letters);
    }
    return { value: BY_NUMBER.flatMap(([name]) => (found.has(name) ? [{ name, flags: found.get(name) ?? '' }] : [])) };
  },
  print: (value) => {
    if (value === 'ALL') return 'ALL';
    return value.length === 0 ? 'NONE' : value.map(({ name, flags }) => (flags === '' ? name : `${name}:${flags}`)).join(',');
  },
};

/** A list of chunks by their names, where `iptables -L -n` prints their numbers: `0x0006:T` */
export function chunkNames(listed: string): string {
  return listed.replace(/0x[\dA-F]+/gi, (number) => CHUNKS.find((chunk) => chunk[1] === Number(number))?.[0] ?? number);
}
