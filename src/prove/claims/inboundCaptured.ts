/** No connection from outside reaches the application past the proxy. source: docs/facts/istio.md#inbound-capture */

import { endsAs } from '../../connection/symbolicEnds.ts';
import { and, equals } from '../../netfilter/matchExpr.ts';
import type { Claim } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isOwnProxy, ownInbound } from '../proof/ownScopes.ts';
import { inboundInterfaces, isDeclaredInbound, isNew, isOutside, isOwn, isTcp } from '../proof/scopes.ts';

export const inboundCaptured: Claim = {
  id: 'inbound-captured',
  level: 'error',
  needs: 'proxy',
  statement: "Every TCP connection from another host to a port that is not excluded reaches the proxy's inbound listener first.",
  skip: ({ profile, declared }) => {
    if (profile === undefined) return 'there is no mesh';
    return declared.capturesInbound ? undefined : 'in ingress mode inbound traffic is not captured';
  },
  judge: (context) => {
    if (isOwnProxy(context.profile)) return expectFates(context, ownInbound(context));
    return expectFates(
      context,
      inboundInterfaces(context).map((iif) => ({
        dir: 'in',
        iif,
        when: and(isTcp, isNew, isOutside(context, 'src'), isOwn(context), isDeclaredInbound(context), equals('mark', 0)),
        ends: endsAs('captured-in'),
      })),
    );
  },
};
