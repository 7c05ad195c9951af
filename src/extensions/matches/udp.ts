/** udp - ports of a UDP header.
 *  man    iptables-extensions(8), udp
 *  kernel net/netfilter/xt_tcpudp.c udp_mt(): false in later fragments, whatever the inversions */
import { PROTO } from '../../packet/protocol.ts';
import { matchExtension } from '../contract/extension.ts';
import { asksPorts, checkTransport, savePorts, transportConjuncts } from '../contract/transport.ts';

export const udp = matchExtension({
  name: 'udp',
  families: [4, 6],
  options: {
    '--sport': { value: ['decimalPortRange'], invertible: true, aliases: ['--source-port'] },
    '--dport': { value: ['decimalPortRange'], invertible: true, aliases: ['--destination-port'] },
  },
  check: (given, context) => checkTransport({ name: 'udp', proto: PROTO.udp, translated: asksPorts(given) }, given, context),
  listing: { opens: /udp/, options: { '--sport': /spts?:(!)?(\S+)/, '--dport': /dpts?:(!)?(\S+)/ } },
  lower: transportConjuncts,
  save: savePorts,
});
