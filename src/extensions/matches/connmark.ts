/** connmark - the mark of the packet's connection.
 *  man    iptables-extensions(8), connmark
 *  kernel net/netfilter/xt_connmark.c connmark_mt(): false without a connection, also when inverted */
import { masked, present } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';

export const connmark = matchExtension({
  name: 'connmark',
  families: [4, 6],
  options: { '--mark': { value: ['markMask'], invertible: true, required: true } },
  needsConntrack: () => true,
  listing: { options: { '--mark': /(?:connmark|CONNMARK) match +(! ?)?(\S+)/ } },
  lower: (given) => [{ expr: present('connmark') }, ...conj(given, { '--mark': ({ value, mask }) => masked('connmark', value, mask) })],
});
