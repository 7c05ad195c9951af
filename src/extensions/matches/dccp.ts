/** dccp - ports, type and options of a DCCP header.
 *  man    iptables-extensions(8), dccp
 *  kernel net/netfilter/xt_dccp.c dccp_mt(): false in later fragments, whatever the inversions */
import { inSet, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const dccp = matchExtension({
  name: 'dccp',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'ports are; packets have no DCCP type or options' },
  options: {
    '--sport': { value: ['decimalPortRange'], invertible: true, aliases: ['--source-port'] },
    '--dport': { value: ['decimalPortRange'], invertible: true, aliases: ['--destination-port'] },
    '--dccp-types': { value: ['dccpTypes'], invertible: true },
    '--dccp-option': { value: ['tcpOption'], invertible: true },
  },
  protocols: [PROTO.dccp],
  unclear: ['--dccp-types', '--dccp-option'],
  lower: (given) => [
    { expr: present('sport') },
    ...conj(given, {
      '--sport': (range) => inSet('sport', [range]),
      '--dport': (range) => inSet('dport', [range]),
      '--dccp-types': () => unmodelled('the type of a DCCP packet'),
      '--dccp-option': (option) => unmodelled(`whether a packet has DCCP option ${option}`),
    }),
  ],
});
