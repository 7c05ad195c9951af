/** connlabel - a label of the packet's connection; `--set` puts it on.
 *  man    iptables-extensions(8), connlabel
 *  kernel net/netfilter/xt_connlabel.c connlabel_mt(): as if it had no label without a connection */
import { and, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

export const connlabel = matchExtension({
  name: 'connlabel',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'labels are not followed; a packet without a connection has none' },
  options: {
    '--label': { value: ['connLabel'], invertible: true, required: true },
    '--set': { value: [] },
  },
  needsConntrack: () => true,
  unclear: ['--label'],
  listing: {
    pieces: [
      {
        pattern: /connlabel (! )?"?([^\s"]+)"?( set)?/,
        words: (not = '', label = '', set = '') => [...listedNot(not), '--label', label, ...(set === '' ? [] : ['--set'])],
      },
    ],
  },
  lower: (given) => conj(given, { '--label': () => and(present('ctdir'), unmodelled('the labels of a connection')) }),
});
