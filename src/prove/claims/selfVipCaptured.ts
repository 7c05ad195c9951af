/** A service of the pod itself, called through the proxy, is protected like any other. source: docs/facts/istio.md#localhost */

import { endsAs } from '../../connection/symbolicEnds.ts';
import { ALWAYS, and, equals, inSet, NEVER, not, or } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isDeclaredInbound, isNew, isOwn, isTcp, ofProxy, portsOf, toPorts } from '../proof/scopes.ts';

export const selfVipCaptured: Claim = {
  id: 'self-vip-captured',
  level: 'error',
  needs: 'proxy',
  statement: "What the proxy sends to an address of its own pod reaches the proxy's inbound listener.",
  skip: ({ profile }) => (profile?.selfCalls === true ? undefined : 'the mesh sends calls to its own pod straight to the application'),
  judge: (scene) =>
    expectFates(scene, [
      {
        dir: 'out',
        // TPROXY captures what comes back over lo by the inbound rules, with their exclusions; excluded outbound ports stand first and hold for the proxy too
        when: and(
          isTcp,
          isNew,
          ofProxy(scene),
          isOwn(scene),
          scene.declared.tproxy ? isDeclaredInbound(scene) : ALWAYS,
          not(
            or(
              toPorts(portsOf(scene, 'tunnel')),
              scene.declared.dns === 'off' ? NEVER : equals('dport', 53),
              inSet('dport', scene.declared.excludedOutboundPorts),
            ),
          ),
        ),
        also: chosenSources(scene.space, 0),
        ends: endsAs('captured-in'),
      },
    ]),
};
