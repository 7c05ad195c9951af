/** IDLETIMER - restarts a timer that tells user space when no packet came for a while.
 *  man    iptables-extensions(8), IDLETIMER
 *  kernel net/netfilter/xt_IDLETIMER.c idletimer_tg(): XT_CONTINUE; at most INT_MAX / 1000 seconds */
import { targetExtension } from '../contract/extension.ts';

const MAX_TIMEOUT = 2_147_483;

export const IDLETIMER = targetExtension({
  name: 'IDLETIMER',
  families: [4, 6],
  options: {
    '--timeout': { value: ['u32'], required: true },
    '--label': { value: ['timerLabel'], required: true },
    '--alarm': { value: [] },
  },
  check: (given) => {
    const { '--timeout': timeout, '--label': label } = given;
    if (timeout !== undefined && (timeout.values[0] === 0 || timeout.values[0] > MAX_TIMEOUT)) {
      return [{ kind: 'not-loadable', message: `a timer runs for 1 to ${MAX_TIMEOUT} seconds`, option: '--timeout' }];
    }
    return label?.values[0] === '' ? [{ kind: 'not-loadable', message: 'the timer needs a label', option: '--label' }] : [];
  },
  listing: { options: { '--timeout': /timeout:(\d+)/, '--label': /label:(.+?)(?= alarm|$)/, '--alarm': /alarm/ } },
  lower: () => ({ kind: 'continue' }),
});
