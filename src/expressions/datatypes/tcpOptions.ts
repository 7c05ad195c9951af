/** Options of TCP by number: nft lists the names. source: `nft describe tcp option` of nftables 1.0.6 */
import { nftNumber } from '../../syntax/nft/selectors.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  ...(['eol', 'nop', 'maxseg', 'window', 'sack-perm', 'sack'] as const).map((name, number) => [number, name] as const),
  [8, 'timestamp'],
  [19, 'md5sig'],
  [30, 'mptcp'],
  [34, 'fastopen'],
]);

/** Names that nft lists by another. */
const OTHER_NAMES: Readonly<Record<string, string | undefined>> = { sack0: 'sack', 'sack-permitted': 'sack-perm', echo: 'timestamp' };

export function tcpOptionName(text: string): string {
  if (!/^\d/.test(text)) return OTHER_NAMES[text] ?? text;
  const number = nftNumber(text);
  return NAMES.get(number) ?? String(number);
}

/** A number has eight bits. Undefined: nothing is wrong with it. */
export function tcpOptionProblem(text: string): string | undefined {
  if (/^@.*,\s*0$/.test(text)) return 'a part of an option has bits';
  const [, number] = /^@?(\d\w*)/.exec(text) ?? [];
  return number !== undefined && nftNumber(number) > 255 ? 'options of TCP have numbers up to 255' : undefined;
}
