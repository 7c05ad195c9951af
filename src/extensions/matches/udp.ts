/** udp - ports of a UDP header.
 *  man    iptables-extensions(8), udp
 *  kernel net/netfilter/xt_tcpudp.c udp_mt(): false in later fragments, whatever the inversions */
import { inSet, present } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../extension.ts';
import { checkTransport, savePorts } from '../transport.ts';

export const udp = matchExtension({
  name: 'udp',
  families: [4, 6],
  options: {
    '--sport': { value: ['decimalPortRange'], invertible: true, aliases: ['--source-port'] },
    '--dport': { value: ['decimalPortRange'], invertible: true, aliases: ['--destination-port'] },
  },
  check: (given, context) => checkTransport({ match: 'udp', proto: PROTO.udp, ports: [given['--sport'], given['--dport']] }, context),
  lower: (given) => [
    { expr: present('sport') },
    ...conj(given, {
      '--sport': ({ lo, hi }) => inSet('sport', [{ lo, hi }]),
      '--dport': ({ lo, hi }) => inSet('dport', [{ lo, hi }]),
    }),
  ],
  save: (given, context) => savePorts([given['--sport'], given['--dport']], context),
});
