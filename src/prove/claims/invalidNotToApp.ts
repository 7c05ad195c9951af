/** A packet that conntrack cannot place is not redirected: the application answers it with a reset.
 *  source: docs/facts/istio.md#invalid-packets */

import { endsAs } from '../../connection/symbolicEnds.ts';
import { and, equals, masked } from '../../netfilter/matchExpr.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import type { Claim } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { inboundInterfaces, isDeclaredInbound, isOutside, isOwn, isTcp } from '../proof/scopes.ts';

export const invalidNotToApp: Claim = {
  id: 'invalid-not-to-app',
  level: 'info',
  needs: 'application',
  statement: 'A TCP packet that belongs to no known connection (conntrack state INVALID) does not reach the application.',
  skip: ({ profile, declared }) => {
    if (profile === undefined) return 'there is no mesh';
    return declared.capturesInbound ? undefined : 'in ingress mode inbound traffic is not captured';
  },
  judge: (context) => {
    const ack = and(equals('fragOffset', 0), masked('flags', TCP_FLAGS.A, TCP_FLAGS.A | TCP_FLAGS.S));
    return expectFates(
      context,
      inboundInterfaces(context).map((iif) => ({
        dir: 'in',
        iif,
        forced: { state: 'INVALID', connmark: 0 },
        when: and(isTcp, ack, isOutside(context, 'src'), isOwn(context), isDeclaredInbound(context), equals('mark', 0)),
        ends: endsAs('dropped', 'rejected', 'captured-in'),
      })),
    );
  },
};
