/** Everything that is to be captured is. source: docs/facts/istio.md#outbound-capture */

import { endsAs } from '../../connection/symbolicEnds.ts';
import { and } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isOwnProxy, ownOutbound } from '../proof/ownScopes.ts';
import { isDeclaredOutbound, isNew, isOutside, isTcp, ofApplication } from '../proof/scopes.ts';

export const outboundCaptured: Claim = {
  id: 'outbound-captured',
  level: 'error',
  needs: 'proxy',
  statement: "Every TCP connection of the application to another host that is not excluded reaches the proxy's outbound listener first.",
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    if (isOwnProxy(context.profile)) return expectFates(context, ownOutbound(context));
    return expectFates(context, [
      {
        dir: 'out',
        when: and(isTcp, isNew, ofApplication(context), isOutside(context), isDeclaredOutbound(context)),
        also: chosenSources(context.space, 0),
        ends: endsAs('captured-out'),
      },
    ]);
  },
};
