/** limit - true at most so many times in a while.
 *  man    iptables-extensions(8), limit
 *  kernel net/netfilter/xt_limit.c limit_mt_check() */
import { matchExtension } from '../extension.ts';
import { rate } from '../shapes/special.ts';

const DEFAULT_RATE = 12_000_000;
const DEFAULT_BURST = 5;

export const limit = matchExtension({
  name: 'limit',
  families: [4, 6],
  options: {
    '--limit': { value: ['rate'] },
    '--limit-burst': { value: ['burst'] },
  },
  lower: (_, { ruleId }) => [{ expr: { kind: 'chance', id: ruleId } }],
  save: (given, context) => {
    const burst = given['--limit-burst']?.values[0] ?? DEFAULT_BURST;
    const words = ['--limit', rate.print(given['--limit']?.values[0] ?? DEFAULT_RATE, context)];
    return burst === DEFAULT_BURST || burst === 0 ? words : [...words, '--limit-burst', String(burst)];
  },
});
