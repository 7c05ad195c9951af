/** Everything that is to be captured is. source: istio facts P4 */
import { and, equals } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Claim } from '../claim.ts';
import { expectFates } from '../expectFates.ts';
import { isDeclaredOutbound, isNew, isOutside, ofApplication } from '../scopes.ts';

export const outboundCaptured: Claim = {
  id: 'outbound-captured',
  level: 'error',
  statement: "Every TCP connection of the application to another host that is not excluded reaches the proxy's outbound listener first.",
  skip: ({ profile, declared }) =>
    profile === undefined
      ? 'there is no mesh'
      : declared.capturesOutbound
        ? undefined
        : 'the rules are not asked to capture outbound traffic',
  judge: (scene) =>
    expectFates(scene, [
      {
        dir: 'out',
        when: and(equals('proto', PROTO.tcp), isNew, ofApplication(scene), isOutside(scene), isDeclaredOutbound(scene)),
        ends: (_, outcome) => outcome === 'captured-out',
      },
    ]),
};
