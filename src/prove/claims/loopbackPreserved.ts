/** Localhost stays localhost. source: docs/facts/istio.md#localhost */

import { deliveredUntouched } from '../../connection/symbolicEnds.ts';
import { and, equals, not } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isCapturedDns, isLocalhost, isLoopbackNet, isNew, isTcpOrUdp, ofApplication } from '../proof/scopes.ts';

export const loopbackPreserved: Claim = {
  id: 'loopback-preserved',
  level: 'error',
  needs: 'application',
  statement:
    'What the application sends to a loopback address (127.0.0.0/8, ::1) arrives there unchanged, on every port; DNS that is captured is answered.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    const sent = and(isNew, ofApplication(context), isLoopbackNet(context));
    const untouched = deliveredUntouched(context);
    const served: FateScope['ends'] = (end, outcome) => untouched(end, outcome) || outcome === 'dns' || outcome === 'captured-out';
    const also = chosenSources(context.space, 0);
    if (context.declared.dns === 'off') return expectFates(context, [{ dir: 'out', when: sent, also, ends: untouched }]);
    // other questions than those to localhost may be taken in, but have to come to a process that answers
    const taken = and(isTcpOrUdp, equals('dport', 53), not(and(isLocalhost(context), not(isCapturedDns(context)))));
    return expectFates(context, [
      { dir: 'out', when: and(sent, not(taken)), also, ends: untouched },
      { dir: 'out', when: and(sent, taken), also, ends: served },
    ]);
  },
};
