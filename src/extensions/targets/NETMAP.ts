/** NETMAP - maps a whole network onto another, host bits kept: destinations on the way to routing, sources after it.
 *  man    iptables-extensions(8), NETMAP
 *  kernel net/netfilter/xt_NETMAP.c netmap_tg4(), netmap_tg6() */
import { targetExtension } from '../contract/extension.ts';

export const NETMAP = targetExtension({
  name: 'NETMAP',
  families: [4, 6],
  options: { '--to': { value: ['prefix'], required: true } },
  tables: ['nat'],
  needsConntrack: () => true,
  listing: { options: { '--to': /to:(\S+)/ } },
  lower: (given) => {
    const { address, mask } = given['--to']?.values[0] ?? { address: 0, mask: 0 };
    return { kind: 'nat', manip: 'by-hook', to: { kind: 'prefix', address, mask }, random: false };
  },
});
