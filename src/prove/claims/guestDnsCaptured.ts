/** Names are resolved by the mesh for guests as well as for the application. source: docs/facts/istio.md#virtual-interfaces */

import { endsAs } from '../../connection/symbolicEnds.ts';
import { and, equals, not } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import { expectOfGuests, fromGuest, guestsOf } from '../proof/guests.ts';
import { isCapturedDns, isExcludedDns } from '../proof/scopes.ts';

export const guestDnsCaptured: Claim = {
  id: 'guest-dns-captured',
  level: 'warning',
  needs: 'proxy',
  statement:
    'Where DNS is captured, the UDP questions of guests behind a virtual interface whose TCP is captured reach the DNS listener of the mesh, too.',
  skip: ({ profile, declared }) => {
    if (profile === undefined) return 'there is no mesh';
    if (declared.virtualInterfaces.length === 0) return 'no virtual interface is declared';
    return declared.dns === 'off' ? 'DNS is not captured' : undefined;
  },
  judge: (context) => {
    const guests = guestsOf(context);
    const question = and(equals('proto', PROTO.udp), isCapturedDns(guests.context), not(isExcludedDns(guests.context)));
    return expectOfGuests(
      guests,
      guests.rerouted.map((iif): FateScope => ({ dir: 'in', iif, when: and(fromGuest(guests, iif), question), ends: endsAs('dns') })),
    );
  },
};
