/** Nothing goes past the proxy for an exclusion: asked of what is new, before anybody is used to it. source: docs/facts/istio.md#exclusions */
import type { Claim } from '../proof/claim.ts';
import { excludedConnections, excludesAnything } from '../proof/exclusionScopes.ts';
import { expectFates } from '../proof/expectFates.ts';

export const noExclusion: Claim = {
  id: 'no-exclusion',
  level: 'warning',
  byName: true,
  needs: 'proxy',
  statement: 'No TCP connection goes past the proxy because a port, range, interface, user or group is excluded.',
  skip: (context) => {
    if (context.profile === undefined) return 'there is no mesh';
    return excludesAnything(context) ? undefined : 'nothing is excluded';
  },
  judge: (context) => expectFates(context, excludedConnections(context)),
};
