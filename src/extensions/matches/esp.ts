/** esp - the security parameters index of an ESP header.
 *  man    iptables-extensions(8), esp
 *  kernel net/netfilter/xt_esp.c esp_mt(): false in later fragments, whatever the inversion */
import { inSet } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { saveIndices, WHOLE_HEADER } from '../contract/securityIndex.ts';
import { spiRange } from '../shapes/range.ts';

export const esp = matchExtension({
  name: 'esp',
  families: [4, 6],
  options: { '--espspi': { value: ['spiRange'], invertible: true } },
  protocols: [PROTO.esp],
  listing: { opens: /esp/, options: { '--espspi': /spis?:(!)?(\S+)/ } },
  lower: (given) => [{ expr: WHOLE_HEADER }, ...conj(given, { '--espspi': ({ lo, hi }) => inSet('spi', [{ lo, hi }]) })],
  save: (given, context) => saveIndices(given['--espspi'], (range) => spiRange.print(range, context)),
});
