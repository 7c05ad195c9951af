/** REDIRECT and TPROXY capture the same. source: docs/facts/istio.md#tproxy */
import { and, equals } from '../../netfilter/matchExpr.ts';
import { compareWith, withoutCounterpart } from '../proof/approachParity.ts';
import type { Claim } from '../proof/claim.ts';
import { isNew, isOutside, isOwn } from '../proof/scopes.ts';

export const modeParity: Claim = {
  id: 'mode-parity',
  level: 'info',
  statement:
    'Every new packet from another host to an address of the pod ends the same with REDIRECT and TPROXY, but for the source that is seen.',
  byName: true,
  skip: withoutCounterpart('mode'),
  judge: (context) =>
    compareWith(
      context,
      'mode',
      context.arrivals.map((iif) => ({ place: { iif }, when: and(isNew, isOutside(context, 'src'), isOwn(context), equals('mark', 0)) })),
    ),
};
