/** Words that routes and rules share as ip(8) spells them. */
import type { Address, Family } from '../packet/address.ts';

export type ParsedIpCommand<T> = { readonly value: T } | { readonly problem: string };

/** Numbers that have names. kernel include/uapi/linux/rtnetlink.h enum rt_class_t */
const TABLE_NAMES: ReadonlyMap<string, string> = new Map([
  ['253', 'default'],
  ['254', 'main'],
  ['255', 'local'],
]);

export function tableName(text: string): string {
  return TABLE_NAMES.get(text) ?? text;
}

/** Names of the TOS field that ip(8) prints. source: /etc/iproute2/rt_dsfield */
export const TOS_NAMES = new Map(
  Object.entries({
    ...{ default: 0, AF11: 0x28, AF12: 0x30, AF13: 0x38, AF21: 0x48, AF22: 0x50, AF23: 0x58, AF31: 0x68, AF32: 0x70, AF33: 0x78 },
    ...{ AF41: 0x88, AF42: 0x90, AF43: 0x98, CS1: 0x20, CS2: 0x40, CS3: 0x60, CS4: 0x80, CS5: 0xa0, CS6: 0xc0, CS7: 0xe0, EF: 0xb8 },
    ...{ lowdelay: 0x10, throughput: 0x08, reliability: 0x04, mincost: 0x02 },
  }),
);

/** ip(8) prints it as a number in hexadecimal, with or without `0x`. */
export function tosOf(value: string): number | undefined {
  if (TOS_NAMES.has(value)) return TOS_NAMES.get(value);
  return /^(?:0x)?[0-9a-f]{1,2}$/i.test(value) ? Number.parseInt(value, 16) : undefined;
}

/** `[detached]`, and what kubectl chainwalk makes of an answer that it does not know. */
export function isOpenWord(word: string): boolean {
  return /^\[.+\]$/.test(word);
}

export function addOpen(known: string | undefined, more: string): string {
  return known === undefined ? more : `${known} ${more}`;
}

export function tokens(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** Reads and removes a leading -4 or -6. */
export function familyOfWords(words: string[]): Family {
  if (words[0] === '-4' || words[0] === '-6') return words.shift() === '-6' ? 6 : 4;
  return words.some((word) => word.includes(':')) ? 6 : 4;
}

export function everyAddress(family: Family): { address: Address; length: number } {
  return { address: family === 4 ? 0 : 0n, length: 0 };
}
