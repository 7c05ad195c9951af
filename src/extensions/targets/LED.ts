/** LED - blinks and goes on.
 *  man    iptables-extensions(8), LED
 *  kernel net/netfilter/xt_LED.c led_tg(): XT_CONTINUE */
import { type ExtensionOptionSpec, saveOption, targetExtension } from '../contract/extension.ts';

const OPTIONS = {
  '--led-trigger-id': { value: ['ledName'], required: true },
  '--led-delay': { value: ['ledDelay'] },
  '--led-always-blink': { value: [] },
} as const satisfies Readonly<Record<string, ExtensionOptionSpec>>;

export const LED = targetExtension({
  name: 'LED',
  families: [4, 6],
  options: OPTIONS,
  lower: () => ({ kind: 'continue' }),
  save: (given, context) => {
    const { '--led-trigger-id': trigger, '--led-delay': delay, '--led-always-blink': always } = given;
    return [
      ...(trigger === undefined ? [] : saveOption(trigger, OPTIONS['--led-trigger-id'], context)),
      ...(delay === undefined || delay.values[0] === 0 ? [] : saveOption(delay, OPTIONS['--led-delay'], context)),
      ...(always === undefined ? [] : ['--led-always-blink']),
    ];
  },
});
