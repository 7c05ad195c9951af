/** Reads nftTables.txt: whole texts, and what nft 1.0.6 makes of them. */
import { readFileSync } from 'node:fs';

export interface NftTableCase {
  readonly text: string;
  /** blanks are one; undefined: it is refused */
  readonly listing: string | undefined;
}

const BEFORE = '... ';

export function nftTableCases(): readonly NftTableCase[] {
  const lines = readFileSync(new URL('nftTables.txt', import.meta.url), 'utf8').split('\n');
  const [before = ''] = lines.filter((line) => line.startsWith(BEFORE) && !line.includes(' => ')).map((line) => line.slice(BEFORE.length));
  return lines.flatMap((line): readonly NftTableCase[] => {
    const [, text, listing] = /^([^#].*?) => (.*)$/.exec(line) ?? [];
    if (text === undefined || listing === undefined) return [];
    const whole = text.startsWith(BEFORE) ? `${before}${text.slice(BEFORE.length)}` : text;
    return [{ text: `${whole.replaceAll('\\n', '\n')}\n`, listing: listing === 'refused' ? undefined : listing }];
  });
}

/** Blanks are one; counters that have counted nothing and times that run are left out. */
export function inOneLine(listing: string): string {
  return listing
    .replaceAll(/ packets 0 bytes 0| expires \w+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
