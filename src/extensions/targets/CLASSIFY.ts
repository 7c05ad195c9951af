/** CLASSIFY - sets the traffic class for the queues of the output interface.
 *  man    iptables-extensions(8), CLASSIFY
 *  kernel net/netfilter/xt_CLASSIFY.c classify_tg(): skb->priority, which no match reads */
import { targetExtension } from '../contract/extension.ts';

export const CLASSIFY = targetExtension({
  name: 'CLASSIFY',
  families: [4, 6],
  options: { '--set-class': { value: ['trafficClass'], required: true } },
  hooks: () => ['FORWARD', 'OUTPUT', 'POSTROUTING'],
  listing: { options: { '--set-class': /CLASSIFY set (\S+)/ } },
  lower: () => ({ kind: 'continue' }),
});
