/** IP addresses as plain numbers: IPv4 is a `number` (unsigned 32 bits), IPv6 a `bigint` (128 bits). */
export type Family = 4 | 6;
export type Address = number | bigint;

export interface Prefix {
  readonly address: Address;
  /** 0 to 32 for IPv4, 0 to 128 for IPv6 */
  readonly length: number;
}

export function familyOf(address: Address): Family {
  return typeof address === 'number' ? 4 : 6;
}

export function parseIPv4(text: string): number | undefined {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      // a leading zero would make it octal, for some readers
      if (octet === 0) return undefined;
      octet = octet < 0 ? code - 48 : octet * 10 + code - 48;
      if (octet > 255) return undefined;
    } else if (code === 46 && octet >= 0 && dots < 3) {
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else return undefined;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined;
}

/** RFC 4291 section 2.2, all three forms; no zone id, no brackets. */
export function parseIPv6(text: string): bigint | undefined {
  if (!/^[0-9A-Fa-f:.]{2,45}$/.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const words: number[][] = [];
  for (const [index, half] of groups.entries()) {
    const out: number[] = [];
    for (const [at, group] of half.entries()) {
      if (group.includes('.')) {
        const v4 = parseIPv4(group);
        if (v4 === undefined || index !== groups.length - 1 || at !== half.length - 1) return undefined;
        out.push(v4 >>> 16, v4 & 0xffff);
      } else if (/^[0-9A-Fa-f]{1,4}$/.test(group)) out.push(Number.parseInt(group, 16));
      else return undefined;
    }
    words.push(out);
  }
  const head = words[0] ?? [];
  const tail = words[1] ?? [];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...new Array<number>(halves.length === 1 ? 0 : missing).fill(0), ...tail];
  return all.reduce((value, word) => (value << 16n) | BigInt(word), 0n);
}

export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text);
}

/** `10.244.0.5/24`; without a length the prefix is the single host. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = familyOf(address) === 4 ? 32 : 128;
  if (slash < 0) return { address, length: bits };
  const digits = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(digits) || Number(digits) > bits) return undefined;
  return { address, length: Number(digits) };
}

export function formatAddress(address: Address): string {
  return typeof address === 'number' ? formatIPv4(address) : formatIPv6(address);
}

function formatIPv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** RFC 5952, and like inet_ntop(3) the last 32 bits dotted for `::a.b.c.d` and `::ffff:a.b.c.d`. */
function formatIPv6(address: bigint): string {
  const words: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) words.push(Number((address >> shift) & 0xffffn));
  const { start, length } = longestZeroRun(words);
  if (start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff))) {
    return `${length === 6 ? '::' : '::ffff:'}${formatIPv4(Number(address & 0xffff_ffffn))}`;
  }
  const hex = words.map((word) => word.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let i = 0; i < words.length; i++) {
    let end = i;
    while (end < words.length && words[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
    if (end > i) i = end;
  }
  return best;
}

/** The netmask of a prefix length, as an address of that family. */
export function prefixMask(family: Family, length: number): Address {
  if (family === 4) return length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;
  return ((1n << 128n) - 1n) ^ ((1n << BigInt(128 - length)) - 1n);
}

/** First and last address of a prefix. Host bits of the prefix are ignored. */
export function prefixRange(prefix: Prefix): { lo: Address; hi: Address } {
  const { address, length } = prefix;
  if (typeof address === 'number') {
    const mask = prefixMask(4, length) as number;
    const lo = (address & mask) >>> 0;
    return { lo, hi: (lo | (~mask >>> 0)) >>> 0 };
  }
  const mask = prefixMask(6, length) as bigint;
  const lo = address & mask;
  return { lo, hi: lo | (mask ^ ((1n << 128n) - 1n)) };
}

const RANGES = new WeakMap<Prefix, { readonly lo: Address; readonly hi: Address }>();

export function contains(prefix: Prefix, address: Address): boolean {
  let range = RANGES.get(prefix);
  if (range === undefined) {
    range = prefixRange(prefix);
    RANGES.set(prefix, range);
  }
  return typeof range.lo === typeof address && range.lo <= address && address <= range.hi;
}
