/** limit - true at most so many times in a while.
 *  man    iptables-extensions(8), limit
 *  kernel net/netfilter/xt_limit.c limit_mt_check() */
import { matchExtension } from '../contract/extension.ts';
import { rate } from '../shapes/special.ts';

const DEFAULT_RATE = 12_000_000;
const DEFAULT_BURST = 5;

/** kernel xt_limit.c user2credits(): HZ times CREDITS_PER_JIFFY is this for HZ of 250 and 1000 */
const CREDITS_PER_SECOND = 32_000;

function credits(period: number): number {
  const large = period > Math.floor(0xffff_ffff / CREDITS_PER_SECOND);
  return large ? Math.imul(Math.floor(period / 10_000), CREDITS_PER_SECOND) >>> 0 : Math.floor((period * CREDITS_PER_SECOND) / 10_000);
}

export const limit = matchExtension({
  name: 'limit',
  families: [4, 6],
  claim: 'chance',
  options: {
    '--limit': { value: ['rate'] },
    '--limit-burst': { value: ['burst'] },
  },
  check: (given) => {
    const period = given['--limit']?.values[0] ?? DEFAULT_RATE;
    const burst = given['--limit-burst']?.values[0] ?? DEFAULT_BURST;
    const fits = burst > 0 && credits(Math.imul(period, burst) >>> 0) >= credits(period);
    if (fits) return [];
    const message = 'iptables-legacy refuses this rate and burst: the kernel counts them on 32 bits';
    return [{ kind: 'warning', message, refusedBy: 'legacy' }];
  },
  listing: {
    opens: { pattern: /limit: avg (\S+)/, words: (rate = '') => ['--limit', rate] },
    options: { '--limit-burst': /burst (\d+)/ },
  },
  lower: (_, { ruleId }) => [{ expr: { kind: 'chance', id: ruleId, remembers: true } }],
  save: (given, context) => {
    const burst = given['--limit-burst']?.values[0] ?? DEFAULT_BURST;
    const words = ['--limit', rate.print(given['--limit']?.values[0] ?? DEFAULT_RATE, context)];
    return burst === DEFAULT_BURST || burst === 0 ? words : [...words, '--limit-burst', String(burst)];
  },
});
