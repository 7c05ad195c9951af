/** The proxy's own packets leave the host untouched, and those of its group where rules match on it.
 *  source: docs/facts/istio.md#no-loop-out */

import { leavesUntouched } from '../../connection/symbolicEnds.ts';
import { and, type MatchExpr, not, or } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isOwnProxy, ofOwnProxy } from '../proof/ownScopes.ts';
import { isCapturedDns, isNew, isOutside, ofProxy, ofProxyGroup } from '../proof/scopes.ts';

function sentByProxy(context: ProofContext): MatchExpr {
  return isOwnProxy(context.profile) ? ofOwnProxy(context) : or(ofProxy(context), ofProxyGroup(context));
}

export const proxyEgressDirect: Claim = {
  id: 'proxy-egress-direct',
  level: 'error',
  needs: 'proxy',
  statement: 'Every packet that the proxy sends to another host leaves directly, whatever its protocol.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh, and so no proxy' : undefined),
  judge: (context) =>
    expectFates(context, [
      {
        dir: 'out',
        // port 53 where DNS is captured is the promise of dns-proxy-direct
        when: and(isNew, sentByProxy(context), isOutside(context), not(isCapturedDns(context))),
        also: chosenSources(context.space, context.declared.proxyMark?.value ?? 0),
        ends: leavesUntouched(context),
      },
    ]),
};
