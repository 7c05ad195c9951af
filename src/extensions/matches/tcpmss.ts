/** tcpmss - the maximum segment size that a SYN announces.
 *  man    iptables-extensions(8), tcpmss
 *  kernel net/netfilter/xt_tcpmss.c tcpmss_mt() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const tcpmss = matchExtension({
  name: 'tcpmss',
  families: [4, 6],
  claim: { modelled: 'not', why: 'packets have no TCP options' },
  options: { '--mss': { value: ['mssRange'], invertible: true, required: true } },
  protocols: [PROTO.tcp],
  unclear: ['--mss'],
  listing: { options: { '--mss': /tcpmss match (!)?(\S+)/ } },
  lower: (given) => conj(given, { '--mss': () => unmodelled('the TCP option of the maximum segment size') }),
});
