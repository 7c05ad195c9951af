/** What the blocks of objects say, line by line, as nft takes it. nftables src/parser_bison.y counter_block, quota_block, limit_block,
 *  synproxy_block, ct_helper_block, ct_timeout_block, ct_expect_block, flowtable_block */
import type { NftName } from './ast.ts';
import { countingWords } from './countingWords.ts';
import type { NftCursor } from './cursor.ts';
import { nftWhole } from './selectors.ts';

const NUMBER = '(?:0x[\\da-f]+|\\d+)';
const UNIT = '[km]?bytes';
const TIME = '(?:second|minute|hour|day|week)';
const SYNPROXY = `mss ${NUMBER} wscale ${NUMBER}(?: timestamp)?(?: sack-perm)?`;
const PROTOCOL = 'protocol (?:tcp|udp)';
const STATE = `\\w+ ?: ?${NUMBER}`;
const FAMILY = 'l3proto (?:ip|ip6|inet|bridge|arp|netdev)';

const line = (...forms: readonly string[]): RegExp => new RegExp(`^(?:${forms.join('|')})$`, 'i');

const LINES: Readonly<Record<string, RegExp>> = {
  counter: line(`packets ${NUMBER} bytes ${NUMBER}`),
  quota: line(`(?:(?:over|until) )?${NUMBER} ${UNIT}(?: used ${NUMBER} ${UNIT})?`),
  limit: line(
    `rate (?:over )?${NUMBER} ?/ ?${TIME}(?: burst ${NUMBER} packets)?`,
    `rate (?:over )?${NUMBER} ?${UNIT} ?/ ?${TIME}(?: burst ${NUMBER} ${UNIT})?`,
  ),
  synproxy: line(SYNPROXY),
  'ct helper': line(`type "[^"]*" ${PROTOCOL}`, FAMILY),
  'ct timeout': line(PROTOCOL, FAMILY, `policy ?= ?\\{ ?(?:${STATE}(?: ?, ?${STATE})*)? ?\\}`),
  'ct expectation': line(PROTOCOL, FAMILY, `dport ${NUMBER}`, 'timeout (?:\\d+(?:ms|[dhms]))+', `size ${NUMBER}`),
  flowtable: line('hook \\S+ priority \\S+(?: [-+] ?\\d+)?', 'devices ?= ?\\{.*\\}', 'devices ?= ?\\$\\S+', 'counter', 'flags offload'),
};

type Said = readonly NftName[];

/** Of a line that was said twice the last one counts. */
export function objectSays(cursor: NftCursor, { kind, lines }: { readonly kind: string; readonly lines: readonly Said[] }): Said {
  const whole = (kind === 'synproxy' ? joinedLines(lines) : lines).map((words) =>
    words.some(({ text }) => TIME_AHEAD.test(text)) ? words : countingWords(kind, words),
  );
  const expected = LINES[kind];
  const good = whole.filter((words) => {
    const [first, last] = [words[0], words.at(-1)];
    if (expected === undefined || first === undefined || last === undefined) return true;
    if (expected.test(textOf(words)) && words.every(({ text }) => !isTooLong(text))) return true;
    const message = `\`${textOf(words)}\` cannot be said of a ${kind}`;
    cursor.report({ kind: 'malformed', code: 'bad-argument', message, span: { start: first.start, end: last.end } });
    return false;
  });
  return [...new Map(good.map((words, at) => [topicOf(kind, words, at), words])).values()].flat();
}

/** fact: of `10mbytes` nft reads `10m`, ten minutes */
const TIME_AHEAD = /^\d+mbytes/;

/** nft reads numbers of 64 bits. */
function isTooLong(text: string): boolean {
  return /^\d+$/.test(text) && nftWhole(text) >= 2n ** 64n;
}

/** `mss`, `wscale` and the rest may stand on a line each, all three of them. */
function joinedLines(lines: readonly Said[]): readonly Said[] {
  const joined: Said[] = [];
  let count = 0;
  for (const words of lines) {
    const last = joined.at(-1);
    count = /^mss \S+$/.test(textOf(words)) ? 1 : count > 0 && count < 3 ? count + 1 : 0;
    if (count < 2 || last === undefined || (count === 2 && words.length > 2)) joined.push(words);
    else joined[joined.length - 1] = [...last, ...words];
  }
  return joined;
}

/** Policies are put together. */
function topicOf(kind: string, words: Said, at: number): string {
  const [first] = words;
  if (kind.startsWith('ct ') || kind === 'flowtable') return first?.text === 'policy' ? `policy ${at}` : (first?.text ?? '');
  return '';
}

function textOf(words: Said): string {
  return words.map(({ text }) => text).join(' ');
}
