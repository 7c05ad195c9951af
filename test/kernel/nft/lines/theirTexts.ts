/** What the real nft makes of texts. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type TheirText =
  | { readonly listing: string /** of the same rules, where it was asked for */; readonly json?: string }
  | { readonly error: string /** words of the text, of which one is what it is about */; readonly marked: readonly string[] };

const LOAD = fileURLToPath(new URL('load.py', import.meta.url));

/** One for each text, in their order. */
export function theirTexts(texts: readonly string[], { json = false } = {}): readonly TheirText[] {
  const input = texts.map((text) => `${JSON.stringify(text)}\n`).join('');
  const { stdout, stderr, status } = spawnSync('unshare', ['-n', 'python3', LOAD, ...(json ? ['json'] : [])], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(`nft cannot be asked: ${stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as TheirText);
}

/** The rules of a listing by `TABLE CHAIN`, each on one line; rules in braces are part of theirs. */
export function rulesOfListing(listing: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let [table, rules]: [string, string[] | undefined] = ['', undefined];
  let open = '';
  for (const line of listing.split('\n')) {
    const [, named] = /^table (.+) \{$/.exec(line) ?? [];
    const [, chain] = /^\tchain (.+) \{$/.exec(line) ?? [];
    if (named !== undefined) table = named;
    else if (chain !== undefined) {
      rules = [];
      found.set(`${table} ${chain}`, rules);
    } else if (line === '\t}') rules = undefined;
    else if (rules !== undefined && !/^\t\t(?:type \w+ hook |comment |policy )/.test(line)) {
      open = open === '' ? line.trim() : `${open} ${line.trim()}`;
      if (count(open, '{') === count(open, '}')) {
        rules.push(open);
        open = '';
      }
    }
  }
  return found;
}

function count(text: string, what: string): number {
  return text.replaceAll(/"[^"]*"/g, '').split(what).length - 1;
}
