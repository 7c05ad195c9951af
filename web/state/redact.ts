/** Other addresses in place of those of a text: where two share so many bits, theirs do, so that the rules mean the same of each other. */

export type Redact = (text: string) => string;

/** Of these the rules mean the block itself; addresses in it, and no others, stay in it. `whole`: they stay as they are. */
const BLOCKS: readonly { readonly block: string; readonly whole?: true }[] = [
  { block: '0.0.0.0/8', whole: true },
  { block: '10.0.0.0/8' },
  { block: '100.64.0.0/10' },
  { block: '127.0.0.0/8', whole: true },
  { block: '169.254.0.0/16' },
  { block: '172.16.0.0/12' },
  { block: '192.168.0.0/16' },
  { block: '224.0.0.0/4', whole: true },
  { block: '240.0.0.0/4', whole: true },
  { block: '::/96', whole: true },
  { block: '2000::/3' },
  { block: 'fd00::/8' },
  { block: 'fe80::/10' },
  { block: 'ff00::/8', whole: true },
];

/** `randomBit` decides once for each prefix: nothing but what it gave could lead back. */
export function redactor(randomBit: () => 0 | 1): Redact {
  const flips = new Map<string, 0 | 1>();
  const flipOf = (prefix: string): 0 | 1 => {
    if (isKept(prefix)) return 0;
    const flip = flips.get(prefix) ?? randomBit();
    flips.set(prefix, flip);
    return flip;
  };
  const mapped = (bits: string, length: number): string =>
    [...bits]
      .map((bit, at) => (at < length && flipOf(`${bits.length}:${bits.slice(0, at)}`) === 1 ? (bit === '0' ? '1' : '0') : bit))
      .join('');
  const one = (address: string, length: string | undefined): string => {
    const bits = bitsOf(address);
    return bits === undefined ? address : textOfBits(mapped(bits, lengthOf(length) ?? bits.length));
  };
  const range = (from: string, to: string): string => {
    const ends = [one(from, undefined), one(to, undefined)].toSorted((a, b) => ((bitsOf(a) ?? '') < (bitsOf(b) ?? '') ? -1 : 1));
    return ends.join('-');
  };
  const found = (_: string, from: string, to: string | undefined, length: string | undefined): string =>
    to === undefined ? `${one(from, length)}${length === undefined ? '' : `/${length}`}` : range(from, to);
  return (text) => text.replaceAll(V4, found).replaceAll(V6, found);
}

/** Of `24`, and of `255.255.255.0`. */
function lengthOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return text.includes('.') ? bitsOf(text)?.replaceAll('0', '').length : Number(text);
}

const QUAD = String.raw`\d{1,3}(?:\.\d{1,3}){3}`;
const V4 = new RegExp(String.raw`(?<![\w.:/])(${QUAD})(?:-(${QUAD})|/(\d{1,2}(?![\d.])|${QUAD}))?(?![\w.])`, 'g');
const GROUPS = '[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}';
const V6 = new RegExp(String.raw`(?<![\w.:/])(${GROUPS})(?:-(${GROUPS})|/(\d{1,3}))?(?![\w:])`, 'gi');

/** Whether the bit after this prefix leads to one of the blocks, or is inside one that stays. */
function isKept(prefix: string): boolean {
  return KEPT.some(({ bits, whole }) => (bits.length > prefix.length ? bits.startsWith(prefix) : whole && prefix.startsWith(bits)));
}

const KEPT = BLOCKS.map(({ block, whole }) => {
  const [address = '', length = ''] = block.split('/');
  const bits = bitsOf(address) ?? '';
  return { bits: `${bits.length}:${bits.slice(0, Number(length))}`, whole: whole === true };
});

/** As `0` and `1`; undefined: this is no address. */
function bitsOf(address: string): string | undefined {
  const isV6 = address.includes(':');
  const parts = isV6 ? groupsOf(address) : address.split('.').map(Number);
  const [width, most] = isV6 ? [16, 0xffff] : [8, 0xff];
  if (parts === undefined || parts.some((part) => !(part >= 0 && part <= most))) return undefined;
  return parts.map((part) => part.toString(2).padStart(width, '0')).join('');
}

function groupsOf(address: string): readonly number[] | undefined {
  const [before = '', after, more] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => (group === '' ? -1 : Number.parseInt(group, 16))));
  const [head, tail] = [groups(before), groups(after ?? '')];
  const missing = 8 - head.length - tail.length;
  if (more !== undefined || (after === undefined ? missing !== 0 : missing < 1)) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function textOfBits(bits: string): string {
  const width = bits.length === 32 ? 8 : 16;
  const parts = Array.from({ length: bits.length / width }, (_, at) => Number.parseInt(bits.slice(at * width, (at + 1) * width), 2));
  if (width === 8) return parts.join('.');
  const run = /(?:^|:)0(?::0)+(?=:|$)/g;
  const text = parts.map((part) => part.toString(16)).join(':');
  const [longest] = [...text.matchAll(run)].toSorted(([a], [b]) => b.length - a.length);
  if (longest === undefined) return text;
  return `${text.slice(0, longest.index)}::${text.slice(longest.index + longest[0].length + 1)}`;
}
