/** Localhost stays localhost. source: istio facts P6 */
import { and, not } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/sources.ts';
import type { Claim } from '../claim.ts';
import { deliveredUntouched } from '../ends.ts';
import { expectFates } from '../expectFates.ts';
import { isCapturedDns, isLocalhost, isNew, ofApplication } from '../scopes.ts';

export const loopbackPreserved: Claim = {
  id: 'loopback-preserved',
  level: 'error',
  needs: 'application',
  statement: 'What the application sends to localhost arrives there unchanged, on every port.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (scene) =>
    expectFates(scene, [
      {
        dir: 'out',
        when: and(isNew, ofApplication(scene), isLocalhost(scene), not(isCapturedDns(scene))),
        also: chosenSources(scene.space, 0),
        ends: deliveredUntouched(scene),
      },
    ]),
};
