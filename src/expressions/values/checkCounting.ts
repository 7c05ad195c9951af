/** Rates and quotas that the kernel refuses. */
import type { NftObjectNode, NftStatement } from '../../syntax/nft/ast.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';

/** kernel net/netfilter/nft_limit.c nft_limit_init(), nft_quota.c nft_quota_do_init() */
export function checkCounting(counting: NftStatement, report: ProblemSink): void {
  if (counting.kind !== 'limit' && counting.kind !== 'quota') return;
  const { start, end } = counting;
  const refuse = (message: string): void => report({ kind: 'not-loadable', code: 'bad-value', message, span: { start, end } });
  const words = counting.says.map(({ text }) => text);
  if (counting.kind === 'limit') {
    const rate = rateOf(words.join(' '));
    if (rate?.rate === 0n) refuse('a rate of 0 is never kept');
    if (words.join(' ').endsWith('burst 0 packets')) refuse('a burst of 0 packets is never kept');
    else if (rate !== undefined && isTooMuch(rate)) refuse('the kernel cannot count so much in that time');
    return;
  }
  const [quota = 0n, used = 0n] = words.flatMap((word, at) => (/^\d/.test(word) ? [bytesOf(word, words[at + 1])] : []));
  if (quota >= 2n ** 63n) refuse('a quota is less than 2^63 bytes');
  else if (used > quota) refuse('more is used than the quota has');
}

interface Rate {
  readonly rate: bigint;
  readonly burst: bigint;
  readonly seconds: bigint;
  readonly ofBytes: boolean;
}

/** `10 mbytes/day burst 5 kbytes`; undefined: it is an object. */
function rateOf(text: string): Rate | undefined {
  const [, number, unit, time = ''] = /(?:^| )(0x[\da-f]+|\d+) ?([km]?bytes)?\/(\w+)/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const [, many, of] = /burst (0x[\da-f]+|\d+) (\w+)/i.exec(text) ?? [];
  const ofBytes = unit !== undefined;
  const burst = many === undefined ? (ofBytes ? 0n : USUAL_BURST) : BigInt.asUintN(32, bytesOf(many, of));
  return { rate: bytesOf(number, unit), burst: ofBytes ? burst : burst || USUAL_BURST, seconds: SECONDS[time] ?? 1n, ofBytes };
}

/** kernel net/netfilter/nft_limit.c NFT_LIMIT_PKT_BURST_DEFAULT */
const USUAL_BURST = 5n;
const SECONDS: Readonly<Record<string, bigint>> = { second: 1n, minute: 60n, hour: 3600n, day: 86_400n, week: 604_800n };

/** In nanoseconds, of which the kernel keeps 64 bits. */
function isTooMuch({ rate, burst, seconds, ofBytes }: Rate): boolean {
  const time = seconds * 1_000_000_000n;
  return (ofBytes ? time * (rate + burst) : (time / (rate || 1n)) * burst) >= 2n ** 64n || rate + burst >= 2n ** 64n;
}

const UNITS: Readonly<Record<string, bigint>> = { kbytes: 1024n, mbytes: 1024n ** 2n };

/** In 64 bits. */
function bytesOf(number: string, unit: string | undefined): bigint {
  return BigInt.asUintN(64, numberOf(number) * (UNITS[unit ?? ''] ?? 1n));
}

function numberOf(text: string): bigint {
  return BigInt(/^0[0-7]+$/.test(text) ? `0o${text}` : text);
}

/** Of an object a burst of 0 packets is none that was said. */
export function checkCountingObject({ kind, says, start, end }: NftObjectNode, report: ProblemSink): void {
  if (kind !== 'limit' && kind !== 'quota') return;
  const words = says.map(({ text }) => text);
  const said = words.join(' ').endsWith('burst 0 packets') ? says.slice(0, -3) : says;
  checkCounting({ kind, says: said, start, end }, report);
}
