/** The words of a limit or a quota as nft lists them: `10 / second` becomes `10/second`. nft ignores what follows the name of a unit.
 *  nftables src/datatype.c rate_parse(), data_unit_parse() */
import type { NftName } from './ast.ts';

export function countingWords(kind: string, words: readonly NftName[]): readonly NftName[] {
  if (kind !== 'limit' && kind !== 'quota') return words;
  const text = words.map((word) => word.text).join(' ');
  const apart = text.replaceAll(/(\d)(?=[km]?bytes|packets)/g, '$1 ');
  const plain = kind === 'limit' ? plainRate(apart) : apart.replaceAll(BEHIND_UNIT, '$1');
  const [first, last] = [words[0], words.at(-1)];
  if (plain === text || first === undefined || last === undefined) return words;
  return plain.split(' ').map((one) => ({ text: one, start: first.start, end: last.end }));
}

const BEHIND_UNIT = /([km]?bytes)[\w./-]*/g;

function plainRate(text: string): string {
  return text
    .replace(/ ?\/ ?(?=(?:second|minute|hour|day|week)\b)/, '/')
    .replace(/([km]?bytes)[\w.-]*(?=\/)/, '$1')
    .replace(/(burst \S+ [km]?bytes)\S*$/, '$1');
}
