/** length - bytes of the whole packet.
 *  man    iptables-extensions(8), length
 *  kernel net/netfilter/xt_length.c length_mt(); a reversed range loads and never matches */
import { inSet } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const length = matchExtension({
  name: 'length',
  families: [4, 6],
  options: { '--length': { value: ['lengthRange'], invertible: true, required: true } },
  listing: { options: { '--length': /length (!)?([\d:]+)/ } },
  lower: (given) => conj(given, { '--length': (range) => inSet('length', [range]) }),
});
