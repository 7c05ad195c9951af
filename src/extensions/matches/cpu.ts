/** cpu - which processor handles the packet.
 *  man    iptables-extensions(8), cpu
 *  kernel net/netfilter/xt_cpu.c cpu_mt() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const cpu = matchExtension({
  name: 'cpu',
  families: [4, 6],
  claim: { modelled: 'not', why: 'which processor takes a packet depends on the machine and the moment' },
  options: { '--cpu': { value: ['u32'], invertible: true, required: true } },
  unclear: ['--cpu'],
  listing: { options: { '--cpu': /cpu (! )?(\d+)/ } },
  lower: (given) => conj(given, { '--cpu': () => unmodelled('the processor that handles a packet') }),
});
