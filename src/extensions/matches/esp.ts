/** esp - the security parameters index of an ESP header.
 *  man    iptables-extensions(8), esp
 *  kernel net/netfilter/xt_esp.c esp_mt(): false in later fragments, whatever the inversion */
import { PROTO } from '../../packet/protocol.ts';
import { matchExtension } from '../extension.ts';
import { indexConjuncts, saveIndices, WHOLE_HEADER } from '../securityIndex.ts';
import { spiRange } from '../shapes/range.ts';

export const esp = matchExtension({
  name: 'esp',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'packets have no security parameters index; that of all indices is exact' },
  options: { '--espspi': { value: ['spiRange'], invertible: true } },
  protocols: [PROTO.esp],
  unclear: ['--espspi'],
  lower: (given) => [{ expr: WHOLE_HEADER }, ...indexConjuncts(given['--espspi'], 'the index of an ESP header')],
  save: (given, context) => saveIndices(given['--espspi'], (range) => spiRange.print(range, context)),
});
