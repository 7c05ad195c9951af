/** LED - blinks and goes on.
 *  man    iptables-extensions(8), LED
 *  kernel net/netfilter/xt_LED.c led_tg(): XT_CONTINUE */
import { targetExtension } from '../extension.ts';

export const LED = targetExtension({
  name: 'LED',
  families: [4, 6],
  options: {
    '--led-trigger-id': { value: ['ledName'], required: true },
    '--led-delay': { value: ['ledDelay'] },
    '--led-always-blink': { value: [] },
  },
  lower: () => ({ kind: 'continue' }),
});
