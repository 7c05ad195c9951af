/** A guest of which the mesh was not told is not to be captured. source: docs/facts/istio.md#virtual-interfaces */

import { and } from '../../netfilter/matchExpr.ts';
import { isAmbientNode } from '../../ruleset/notPod.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import { expectOfGuests, fromGuest, guestsOf } from '../proof/guests.ts';
import { isTcp } from '../proof/scopes.ts';

export const guestNotInbound: Claim = {
  id: 'guest-not-inbound',
  level: 'error',
  needs: 'proxy',
  statement:
    "TCP that a container or virtual machine behind an interface of this host sends to another host is not taken by the proxy's inbound listener.",
  skip: (context) => {
    if (context.profile === undefined) return 'there is no mesh';
    if (isAmbientNode([context.ruleset])) return 'the guests of a node are pods';
    return guestsOf(context).others.length > 0 ? undefined : 'no interface leads to guests that the mesh was not told of';
  },
  judge: (context) => {
    const guests = guestsOf(context);
    return expectOfGuests(
      guests,
      guests.others.map(
        (iif): FateScope => ({
          dir: 'in',
          iif,
          when: and(fromGuest(guests, iif), isTcp),
          also: guests.context.space.manager.not(guests.context.lostWithoutRules({ iif })),
          ends: (_end, outcome) => outcome !== 'captured-in',
        }),
      ),
    );
  },
};
