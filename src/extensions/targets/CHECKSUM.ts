/** CHECKSUM - fills in a checksum that was left to the network card.
 *  man    iptables-extensions(8), CHECKSUM
 *  kernel net/netfilter/xt_CHECKSUM.c checksum_tg(): no rule can see a checksum */
import { targetExtension } from '../contract/extension.ts';

export const CHECKSUM = targetExtension({
  name: 'CHECKSUM',
  families: [4, 6],
  options: { '--checksum-fill': { value: [], required: true } },
  tables: ['mangle'],
  listing: { options: { '--checksum-fill': /CHECKSUM fill/ } },
  lower: () => ({ kind: 'continue' }),
});
