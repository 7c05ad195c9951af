/** The proxy's own packets leave the host untouched. source: istio facts P1 */
import { and } from '../../netfilter/matchExpr.ts';
import type { Claim } from '../claim.ts';
import { expectFates } from '../expectFates.ts';
import { isOutside, ofProxy } from '../scopes.ts';

export const proxyEgressDirect: Claim = {
  id: 'proxy-egress-direct',
  level: 'error',
  statement: 'Every packet that the proxy sends to another host leaves directly, whatever its protocol.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh, and so no proxy' : undefined),
  judge: (scene) =>
    expectFates(scene, [
      {
        dir: 'out',
        when: and(ofProxy(scene), isOutside(scene)),
        ends: (_, outcome) => !['captured-out', 'captured-in', 'dns', 'loop', 'refused'].includes(outcome),
      },
    ]),
};
