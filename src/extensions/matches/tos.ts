/** tos - the type of service byte (IPv6: traffic class).
 *  man    iptables-extensions(8), tos
 *  kernel net/netfilter/xt_dscp.c tos_mt() */
import { masked } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const tos = matchExtension({
  name: 'tos',
  families: [4, 6],
  options: { '--tos': { value: ['tosMask'], invertible: true, required: true } },
  listing: { options: { '--tos': /tos match ?(! ?)?(\S+)/ } },
  lower: (given) => conj(given, { '--tos': ({ value, mask }) => masked('tos', value, mask) }),
});
