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
  judge: (context) =>
    expectFates(context, [
      {
        dir: 'out',
        // TPROXY captures what comes back over lo by the inbound rules, with their exclusions; excluded outbound ports stand first and hold for the proxy too
        when: and(
          isTcp,
          isNew,
          ofProxy(context),
          isOwn(context),
          context.declared.tproxy ? isDeclaredInbound(context) : ALWAYS,
          not(
            or(
              toPorts(portsOf(context, 'tunnel')),
              context.declared.dns === 'off' ? NEVER : equals('dport', 53),
              inSet('dport', context.declared.excludedOutboundPorts),
            ),
          ),
        ),
        also: chosenSources(context.space, 0),
        ends: endsAs('captured-in'),
      },
    ]),
};
