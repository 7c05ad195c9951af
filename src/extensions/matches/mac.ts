/** mac - the Ethernet source address.
 *  man    iptables-extensions(8), mac
 *  kernel net/netfilter/xt_mac.c mac_mt(): false without an Ethernet header, also when inverted */
import { equals, present } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const mac = matchExtension({
  name: 'mac',
  families: [4, 6],
  options: { '--mac-source': { value: ['mac'], invertible: true, required: true } },
  hooks: () => ['PREROUTING', 'INPUT', 'FORWARD'],
  listing: { options: { '--mac-source': /MAC (! ?)?([\da-fA-F:]+)/ } },
  lower: (given) => [{ expr: present('mac') }, ...conj(given, { '--mac-source': (address) => equals('mac', address) })],
});
