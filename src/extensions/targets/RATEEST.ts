/** RATEEST - measures a rate for -m rateest and goes on.
 *  man    iptables-extensions(8), RATEEST
 *  kernel net/netfilter/xt_RATEEST.c xt_rateest_tg(): XT_CONTINUE
 *  fact   the interval is the next of 250 ms to 8 s, the time constant a power of two times that, of which 32 bits of microseconds are saved */
import { type GivenValues, targetExtension } from '../contract/extension.ts';
import { duration } from '../shapes/targetValues.ts';

const OPTIONS = {
  '--rateest-name': { value: ['estimatorName'], required: true },
  '--rateest-interval': { value: ['duration'], required: true },
  '--rateest-ewmalog': { value: ['duration'], required: true },
} as const;

/** Microseconds. */
const SHORTEST_INTERVAL = 250_000;
const LONGEST = 5;
/** The next one would need 32 bits with a sign. */
const MAX_EWMA_LOG = 29;

/** Powers of two. iptables libxt_RATEEST.c RATEEST_final_check() */
function logs(given: GivenValues<typeof OPTIONS>): { readonly interval: number; readonly ewma: number } {
  const asked = given['--rateest-interval']?.values[0] ?? 0;
  const constant = given['--rateest-ewmalog']?.values[0] ?? 0;
  let interval = 0;
  while (interval <= LONGEST && asked > SHORTEST_INTERVAL * 2 ** interval) interval++;
  let ewma = 1;
  while (ewma <= MAX_EWMA_LOG + 1 && asked / -Math.log(1 - 1 / 2 ** ewma) <= constant) ewma++;
  return { interval, ewma: ewma - 1 };
}

export const RATEEST = targetExtension({
  name: 'RATEEST',
  families: [4, 6],
  options: OPTIONS,
  check: (given) => {
    const { interval, ewma } = logs(given);
    if (interval > LONGEST) return [{ kind: 'malformed', message: 'the interval is longer than 8 s', option: '--rateest-interval' }];
    return ewma === 0 || ewma > MAX_EWMA_LOG
      ? [
          {
            kind: 'malformed',
            message: 'the time constant is out of range',
            help: 'write at least twice the interval',
            option: '--rateest-ewmalog',
          },
        ]
      : [];
  },
  listing: {
    options: { '--rateest-name': /name (.+?)(?= interval)/, '--rateest-interval': /interval (\S+)/, '--rateest-ewmalog': /ewmalog (\S+)/ },
  },
  lower: () => ({ kind: 'continue' }),
  save: (given, context) => {
    const { interval, ewma } = logs(given);
    const length = SHORTEST_INTERVAL * 2 ** interval;
    return [
      ...['--rateest-name', given['--rateest-name']?.values[0] ?? ''],
      ...['--rateest-interval', duration.print(length, context)],
      ...['--rateest-ewmalog', duration.print((length * 2 ** ewma) >>> 0, context)],
    ];
  },
});
