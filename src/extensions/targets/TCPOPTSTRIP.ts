/** TCPOPTSTRIP - takes options out of a TCP header.
 *  man    iptables-extensions(8), TCPOPTSTRIP
 *  kernel net/netfilter/xt_TCPOPTSTRIP.c tcpoptstrip_mangle_packet(): overwrites them with NOPs; the lengths stay */
import { PROTO } from '../../packet/protocol.ts';
import { targetExtension } from '../contract/extension.ts';

export const TCPOPTSTRIP = targetExtension({
  name: 'TCPOPTSTRIP',
  families: [4, 6],
  options: { '--strip-options': { value: ['tcpOptions'] } },
  tables: ['mangle'],
  protocols: [PROTO.tcp],
  listing: { options: { '--strip-options': /TCPOPTSTRIP options (\S+)/ } },
  lower: () => ({ kind: 'continue' }),
});
