/** helper - the helper whose connection expected this one.
 *  man    iptables-extensions(8), helper
 *  kernel net/netfilter/xt_helper.c helper_mt(): false for connections without an expectation, and without a connection */
import { and, inSet, unmodelled } from '../../netfilter/matchExpr.ts';
import { CT_STATES } from '../../packet/packet.ts';
import { conj, matchExtension } from '../contract/extension.ts';

/** A new connection that was expected is RELATED. */
const EXPECTED = inSet(
  'ctstate',
  (['ESTABLISHED', 'RELATED'] as const).map((state) => ({ lo: CT_STATES.indexOf(state), hi: CT_STATES.indexOf(state) })),
);

export const helper = matchExtension({
  name: 'helper',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'of new connections; expected ones are not followed' },
  options: { '--helper': { value: ['helperName'], invertible: true, required: true } },
  needsConntrack: () => true,
  listing: { options: { '--helper': /helper match (! )?"(.*?)"/ } },
  lower: (given) => conj(given, { '--helper': () => and(EXPECTED, unmodelled('the helper of a connection')) }),
});
