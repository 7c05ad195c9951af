/** ULOG - writes the packet to a netlink group and goes on; NFLOG's predecessor.
 *  man    iptables-extensions(8) of 1.8.9, ULOG
 *  kernel net/ipv4/netfilter/ipt_ULOG.c until 3.16, where it was removed: XT_CONTINUE */
import { targetExtension } from '../contract/extension.ts';
import { quoteWord } from '../shapes/shape.ts';

export const ULOG = targetExtension({
  name: 'ULOG',
  families: [4],
  options: {
    '--ulog-prefix': { value: ['ulogPrefix'] },
    '--ulog-nlgroup': { value: ['ulogGroup'] },
    '--ulog-cprange': { value: ['u64'] },
    '--ulog-qthreshold': { value: ['ulogThreshold'] },
  },
  lower: () => ({ kind: 'continue' }),
  save: (given) => {
    const { '--ulog-prefix': prefix, '--ulog-nlgroup': group, '--ulog-cprange': size, '--ulog-qthreshold': threshold } = given;
    return [
      ...(prefix === undefined ? [] : ['--ulog-prefix', quoteWord(prefix.values[0])]),
      ...(group === undefined || group.values[0] === 1 ? [] : ['--ulog-nlgroup', String(group.values[0])]),
      ...(size === undefined || size.values[0] === 0n ? [] : ['--ulog-cprange', String(BigInt.asUintN(32, size.values[0]))]),
      ...(threshold === undefined || threshold.values[0] === 1 ? [] : ['--ulog-qthreshold', String(threshold.values[0])]),
    ];
  },
});
