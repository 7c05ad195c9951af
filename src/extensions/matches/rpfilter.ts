/** rpfilter - whether an answer would leave by the interface that the packet came by.
 *  man    iptables-extensions(8), rpfilter
 *  kernel net/ipv4/netfilter/ipt_rpfilter.c rpfilter_mt() */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { matchExtension } from '../extension.ts';

export const rpfilter = matchExtension({
  name: 'rpfilter',
  families: [4, 6],
  claim: { modelled: 'not', why: 'the route back to the source is not a field of packets yet' },
  options: {
    '--loose': { value: [] },
    '--validmark': { value: [] },
    '--accept-local': { value: [] },
    '--invert': { value: [] },
  },
  tables: ['raw', 'mangle'],
  hooks: () => ['PREROUTING'],
  lower: () => [{ expr: unmodelled('the route back to the source') }],
});
