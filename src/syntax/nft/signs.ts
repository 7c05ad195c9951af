/** Is a text, or a part of it, what nft prints or takes? Told from how its lines begin. */
import type { Span } from '../text/source.ts';

const TABLE = /^[ \t]*(?:(?:add|create)[ \t]+)?table[ \t]+(?:(?:ip|ip6|inet|arp|bridge|netdev)[ \t]+)?[\w./-]+[ \t]*\{/m;
const CHAIN = /^[ \t]*chain[ \t]+[\w./-]+[ \t]*\{[ \t]*(?:#.*)?\r?$/m;
const COMMAND =
  /^[ \t]*(?:(?:add|create|insert|replace|delete|destroy|flush)[ \t]+(?:table|chain|rule|set|map|element|flowtable|counter|quota|limit|ct)[ \t]+\S|flush[ \t]+ruleset\b)/m;
/** The same without `add`, where a family says that it is no sentence. */
const BARE_COMMAND =
  /^[ \t]*(?:(?:chain|rule|set|map)[ \t]+(?:ip|ip6|inet|arp|bridge|netdev)[ \t]+[\w./-]+[ \t]+|table[ \t]+(?:ip|ip6|inet|arp|bridge|netdev)[ \t]+[\w./-]+[ \t]*(?:[;#]|\r?$))/m;
const JSON_START = /^\s*\{\s*"nftables"\s*:\s*\[/;
const SHEBANG = /^\ufeff?#![^\n]*\bnft\b/;

/** A call of nft in a shell, after a prompt too. */
const CALL =
  /^[ \t]*(?:[-+*][ \t]+)?(?:[$#%>][ \t]+|\[?[\w.-]{1,64}@[\w.-]{1,64}[^\n#$]{0,60}[#$][ \t]+)?(?:sudo[ \t]+(?:-\S+[ \t]+)*)?(?:kubectl[ \t][^\n]*?[ \t]|docker[ \t][^\n]*?[ \t]|ip[ \t]netns[ \t]exec[ \t]\S+[ \t]+|nsenter[ \t][^\n]*?[ \t])?(?:\/\S*\/)?nft(?:[ \t]+[-'"a-z{]|[ \t]*$)/;
const LISTING_CALL = /\bnft(?:[ \t]+-\w+|[ \t]+--[\w-]+)*[ \t]+['"]?list[ \t]+(?:ruleset|tables?|chains?|sets?|maps?)\b/;

export function isTextOfNft(text: string): boolean {
  return SHEBANG.test(text) || TABLE.test(text) || CHAIN.test(text) || COMMAND.test(text) || BARE_COMMAND.test(text);
}

export function isNftJson(text: string): boolean {
  return beforeNftObjects(text.slice(0, 400)) > 0;
}

/** How long the text is before the objects of `nft -j`; 0: it is something else. */
export function beforeNftObjects(text: string): number {
  return JSON_START.exec(text)?.[0].length ?? 0;
}

/** A call of nft. */
export function isNftCall(line: string): boolean {
  return CALL.test(line);
}

/** A call that only prints tables. */
export function isNftListingCall(line: string): boolean {
  return CALL.test(line) && LISTING_CALL.test(line) && !/[|<;]/.test(line);
}

export interface NftParts {
  /** tables in their braces */
  readonly tables: readonly Span[];
  /** numbers of the lines that they take, from 1 */
  readonly lines: ReadonlySet<number>;
}

/** The tables of a text that has other things as well. */
export function nftTablesIn(text: string): NftParts {
  const tables: Span[] = [];
  const lines = new Set<number>();
  let number = 0;
  let open: { readonly start: number; depth: number } | undefined;
  for (let start = 0; start < text.length; ) {
    number++;
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (open === undefined && BLOCK.test(text.slice(start, Math.min(end, start + 200)))) open = { start, depth: 0 };
    if (open !== undefined) {
      lines.add(number);
      open.depth += depthOf(text.slice(start, end));
      if (open.depth <= 0) {
        tables.push({ start: open.start, end });
        open = undefined;
      }
    }
    start = end + 1;
  }
  if (open !== undefined) tables.push({ start: open.start, end: text.length });
  return { tables, lines };
}

const BLOCK = new RegExp(TABLE.source);

function depthOf(line: string): number {
  const bare = line.replace(/"[^"]*"/g, '').replace(/#.*$/, '');
  return (bare.match(/\{/g) ?? []).length - (bare.match(/\}/g) ?? []).length;
}
