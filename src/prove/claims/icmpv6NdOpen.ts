/** IPv6 without neighbour discovery is a dead interface. source: docs/facts/istio.md#neighbour-discovery */
import { and, equals, inSet, or } from '../../netfilter/matchExpr.ts';
import { parsePrefix, prefixRange } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Preferences } from '../../symbolic/words/witness.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isOwn } from '../proof/scopes.ts';

/** RFC 4861 7.1: others are not believed */
const HOP_LIMIT = 255;

export const icmpv6NdOpen: Claim = {
  id: 'icmpv6-nd-open',
  level: 'error',
  statement: 'Neighbour discovery on the link, and router discovery as hosts use it, is never dropped by a rule.',
  skip: ({ ruleset }) => (ruleset.family === 6 ? undefined : 'IPv4 finds its neighbours by ARP, which iptables does not see'),
  judge: (context) => {
    const here = or(isOwn(context), within('dst', 'ff02::/16'));
    const from = or(...['fe80::/10', '::/128'].map((text) => within('src', text)));
    const link = and(equals('proto', PROTO.icmpv6), equals('ttl', HOP_LIMIT), equals('mark', 0), equals('fragOffset', 0), from);
    const ends: FateScope['ends'] = (_, outcome) => outcome !== 'dropped' && outcome !== 'rejected';
    // a host asks (133) and is answered (134); only routers hear the question
    const { violations, ...more } = expectFates(context, [
      { dir: 'out', when: and(link, or(here, within('dst', 'fe80::/10')), inSet('icmpType', [SOLICITS_ROUTERS, NEIGHBOURS])), ends },
      ...context.arrivals.map(
        (iif): FateScope => ({ dir: 'in', iif, when: and(link, here, inSet('icmpType', [ROUTERS_ANSWER, NEIGHBOURS])), ends }),
      ),
    ]);
    return {
      ...more,
      violations: violations.map((one) => (one.kind === 'packets' ? { ...one, prefer: questionFor(one.iif) } : one)),
    };
  },
};

/** A neighbour asks who has an address, which every connection waits for. */
const questionFor = (iif: string | undefined): Preferences => [
  ['icmpType', [135]],
  ['src', iif === undefined ? [] : [NEIGHBOUR]],
];

/** fe80::9 */
const NEIGHBOUR = 0xfe80_0000_0000_0000_0000_0000_0000_0009n;

const SOLICITS_ROUTERS = { lo: 133, hi: 133 };
const ROUTERS_ANSWER = { lo: 134, hi: 134 };
const NEIGHBOURS = { lo: 135, hi: 136 };

function within(field: 'src' | 'dst', text: string) {
  const prefix = parsePrefix(text);
  return inSet(field, prefix === undefined ? [] : [prefixRange(prefix)]);
}
