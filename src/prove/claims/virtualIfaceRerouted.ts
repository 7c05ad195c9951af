/** A guest behind an interface of the pod is treated as the application. source: docs/facts/istio.md#virtual-interfaces */

import { endsAs } from '../../connection/symbolicEnds.ts';
import { and, equals, inSet, not } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import { expectOfGuests, guestsOf } from '../proof/guests.ts';
import { isDeclaredOutbound, isNew, isOutside, isTcp } from '../proof/scopes.ts';

export const virtualIfaceRerouted: Claim = {
  id: 'virtual-iface-rerouted',
  level: 'error',
  needs: 'proxy',
  statement:
    "TCP from behind a virtual interface to another host reaches the proxy's outbound listener; UDP passes, but for DNS that the mesh answers.",
  skip: ({ declared }) => (declared.virtualInterfaces.length > 0 ? undefined : 'no virtual interface is declared'),
  judge: (context) => {
    const guests = guestsOf(context);
    const there = guests.context;
    const passing = and(isNew, isOutside(there, 'src'), isOutside(there), equals('mark', 0));
    return expectOfGuests(
      guests,
      guests.rerouted.flatMap((iif): readonly FateScope[] => [
        {
          dir: 'in',
          iif,
          when: and(passing, isTcp, isDeclaredOutbound(there), not(inSet('dst', there.declared.virtualNetworks))),
          ends: endsAs('captured-out'),
        },
        { dir: 'in', iif, when: and(passing, equals('proto', PROTO.udp), not(equals('dport', 53))), ends: endsAs('forwarded') },
        { dir: 'in', iif, when: and(passing, equals('proto', PROTO.udp), equals('dport', 53)), ends: endsAs('forwarded', 'dns') },
      ]),
    );
  },
};
