/** eui64 - the source address was made from the sender's MAC address.
 *  man    iptables-extensions(8), eui64
 *  kernel net/ipv6/netfilter/ip6t_eui64.c eui64_mt6() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { matchExtension } from '../contract/extension.ts';

export const eui64 = matchExtension({
  name: 'eui64',
  families: [6],
  claim: { modelled: 'not', why: 'one field of a packet is never compared with another' },
  options: {},
  hooks: () => ['PREROUTING', 'INPUT', 'FORWARD'],
  listing: { opens: /eui64/ },
  lower: () => [{ expr: unmodelled('whether an address was made from a MAC address') }],
});
