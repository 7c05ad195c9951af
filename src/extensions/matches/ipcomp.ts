/** ipcomp - the compression parameter index of an IPComp header; 0 when none is given.
 *  man    iptables-extensions(8), ipcomp
 *  kernel net/netfilter/xt_ipcomp.c comp_mt(): false in later fragments, whatever the inversion */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';
import { indexConjuncts, saveIndices, WHOLE_HEADER } from '../contract/securityIndex.ts';
import { spiRange } from '../shapes/range.ts';

const WHAT = 'the index of an IPComp header';

export const ipcomp = matchExtension({
  name: 'ipcomp',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'packets have no compression parameter index; that of all indices is exact' },
  options: { '--ipcompspi': { value: ['spiRange'], invertible: true }, '--compres': { value: [] } },
  protocols: [PROTO.ipcomp],
  unclear: ['--ipcompspi'],
  listing: {
    // none is printed of all indices; none in a rule is index 0
    opens: {
      pattern: /comp(?: spis?:(!)?(\S+))?/,
      words: (not = '', range = '') => [...listedNot(not), '--ipcompspi', range === '' ? '0:4294967295' : range],
    },
    options: { '--compres': /reserved/ },
  },
  lower: (given) => {
    const asked = indexConjuncts(given['--ipcompspi'], WHAT);
    return [{ expr: WHOLE_HEADER }, ...(asked.length > 0 ? asked : [{ expr: unmodelled(WHAT) }])];
  },
  save: (given, context) => {
    const option = given['--ipcompspi'];
    const words = option === undefined ? ['--ipcompspi', '0'] : saveIndices(option, (range) => spiRange.print(range, context));
    return given['--compres'] === undefined ? words : [...words, '--compres'];
  },
});
