/** state - the older name for `-m conntrack --ctstate`, which iptables-save keeps.
 *  man    iptables-extensions(8), state
 *  kernel net/netfilter/xt_conntrack.c conntrack_mt() */
import { hasState } from '../contract/conntrackExprs.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const state = matchExtension({
  name: 'state',
  families: [4, 6],
  options: { '--state': { value: ['states'], invertible: true, required: true } },
  needsConntrack: () => true,
  listing: { options: { '--state': /(! )?state (\S+)/ } },
  lower: (given) => conj(given, { '--state': hasState }),
});
