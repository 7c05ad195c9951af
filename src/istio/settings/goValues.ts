/** Values as Go's standard library reads them. source: strconv, time.ParseDuration, net/netip */
import type { Address, Family } from '../../packet/address.ts';
import { contains, formatAddress, parseAddress, parsePrefix } from '../../packet/address.ts';
import type { FlagKind } from './flags.ts';

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];
/** strconv.ParseUint with base 0: prefixes, and underscores between digits */
const NUMBER = /^(?:0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?\d)*)$/;
const DURATION = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** What a flag makes of a text; undefined when it does not take it. */
export function readFlagValue(kind: FlagKind, text: string): string | boolean | undefined {
  if (kind === 'text') return text;
  if (kind === 'switch') return TRUE.includes(text) ? true : FALSE.includes(text) ? false : undefined;
  if (kind === 'duration') return DURATION.test(text) ? text : undefined;
  return NUMBER.test(text) && numberOf(text) < 65536 ? text : undefined;
}

function numberOf(text: string): number {
  const digits = text.replaceAll('_', '');
  return Number(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

export interface GoPrefix {
  readonly family: Family;
  /** as Go prints it: its address is not masked */
  readonly text: string;
  readonly address: Address;
  readonly bits: number;
  readonly loopback: boolean;
}

const LOOPBACK = parsePrefix('127.0.0.0/8');
const MAPPED_LOOPBACK = parsePrefix('::ffff:127.0.0.0/104');

/** netip.ParsePrefix: an address with a length, no zone, no leading zeros. */
export function parseGoPrefix(text: string): GoPrefix | undefined {
  if (!/\/(?:0|[1-9]\d*)$/.test(text)) return undefined;
  const prefix = parsePrefix(text);
  if (prefix === undefined) return undefined;
  const { address, length: bits } = prefix;
  const loopback = address === 1n || [LOOPBACK, MAPPED_LOOPBACK].some((range) => range !== undefined && contains(range, address));
  return { family: typeof address === 'number' ? 4 : 6, text: `${formatGo(address)}/${bits}`, address, bits, loopback };
}

/** netip.ParseAddr, then String: as Go prints it, with its zone; undefined for what is none. */
export function goAddress(text: string): { readonly family: Family; readonly text: string } | undefined {
  const [, bare = text, zone = ''] = /^([^%]*:[^%]*)(%.+)$/.exec(text) ?? [];
  const address = parseAddress(bare);
  return address === undefined ? undefined : { family: typeof address === 'number' ? 4 : 6, text: formatGo(address) + zone };
}

/** Go prints dots only in an IPv4-mapped address. */
function formatGo(address: Address): string {
  const text = formatAddress(address);
  if (typeof address === 'number' || !text.includes('.') || text.startsWith('::ffff:')) return text;
  return `::${(address >> 16n).toString(16)}:${(address & 0xffffn).toString(16)}`;
}

/** The family of an address that may have a zone; undefined for what is none. */
export function goFamily(text: string): Family | undefined {
  return goAddress(text)?.family;
}
