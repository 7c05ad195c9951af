/** IPv6 without neighbour discovery is a dead interface. source: incident G3, istio/istio#18956 */
import { and, equals, inSet } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Claim, FateScope } from '../claim.ts';
import { expectFates } from '../expectFates.ts';

/** RFC 4861 7.1: others are not believed */
const HOP_LIMIT = 255;

export const icmpv6NdOpen: Claim = {
  id: 'icmpv6-nd-open',
  level: 'error',
  statement: 'Neighbour and router discovery (ICMPv6 types 133 to 136) is never dropped by a rule.',
  skip: ({ ruleset }) => (ruleset.family === 6 ? undefined : 'IPv4 finds its neighbours by ARP, which iptables does not see'),
  judge: (scene) => {
    const when = and(equals('proto', PROTO.icmpv6), inSet('icmpType', [{ lo: 133, hi: 136 }]), equals('ttl', HOP_LIMIT), equals('mark', 0));
    const ends: FateScope['ends'] = (_, outcome) => outcome !== 'dropped' && outcome !== 'rejected';
    return expectFates(scene, [{ dir: 'out', when, ends }, ...scene.arrivals.map((iif): FateScope => ({ dir: 'in', iif, when, ends }))]);
  },
};
