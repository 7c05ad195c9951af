/** mark - the packet's mark.
 *  man    iptables-extensions(8), mark
 *  kernel net/netfilter/xt_mark.c mark_mt() */
import { masked } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const mark = matchExtension({
  name: 'mark',
  families: [4, 6],
  options: { '--mark': { value: ['markMask'], invertible: true, required: true } },
  listing: { options: { '--mark': /(?:mark|MARK) match (! ?)?(\S+)/ } },
  lower: (given) => conj(given, { '--mark': ({ value, mask }) => masked('mark', value, mask) }),
});
