/** What the proxy passes on to the application is not led back to it. source: istio facts P2; incidents B3, B4 */

import { and, not } from '../../netfilter/matchExpr.ts';
import type { Claim } from '../claim.ts';
import { deliveredUntouched } from '../ends.ts';
import { expectFates } from '../expectFates.ts';
import { emissionsOf } from '../listenerGraph.ts';
import { isCapturedDns, isOwn, isTcp } from '../scopes.ts';

export const passthroughReturned: Claim = {
  id: 'passthrough-returned',
  level: 'error',
  statement: 'What the proxy passes on from its inbound listener arrives at the application unchanged.',
  skip: ({ profile, declared }) => {
    if (!profile?.listeners.some(({ role, emits }) => role === 'inbound' && emits !== undefined)) return 'there is no inbound proxy';
    return declared.capturesInbound ? undefined : 'in ingress mode nothing is taken in to be passed on';
  },
  judge: (scene) => {
    const { manager } = scene.space;
    const inbound = (scene.profile?.listeners ?? []).filter(({ role }) => role === 'inbound');
    return expectFates(scene, [
      {
        dir: 'out',
        when: and(isTcp, isOwn(scene), not(isCapturedDns(scene))),
        also: manager.any(inbound.flatMap((listener) => emissionsOf(scene, listener))),
        ends: deliveredUntouched(scene),
      },
    ]);
  },
};
