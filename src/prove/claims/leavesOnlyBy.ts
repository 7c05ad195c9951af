/** A kill switch: what is not for the tunnel leaves by nothing else, tunnel or not. source: docs/hosts.md#by-which-interface-packets-leave */
import { leavesBy } from '../../connection/wantedEnd.ts';
import type { FenceException } from '../../host/host.ts';
import { and, equals, inSet, type MatchExpr, not, or } from '../../netfilter/matchExpr.ts';
import { type Family, familyOf, parsePrefix, prefixRange } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isOfThisHost, isOutside, ofProcesses } from '../proof/scopes.ts';

export const leavesOnlyBy: Claim = {
  id: 'leaves-only-by',
  level: 'error',
  everyFamily: true,
  statement: 'What processes send, and what is passed on, leaves by the interfaces of the fence or not at all.',
  skip: ({ host }) => (host.fence === undefined ? 'the host file has no `fence`' : undefined),
  judge: (context) => expectFates(context, scopesOf(context)),
};

function scopesOf(context: ProofContext): readonly FateScope[] {
  const { interfaces, except } = context.host.fence ?? { interfaces: [], except: [] };
  const { family } = context.ruleset;
  const spared = not(or(...except.flatMap((one) => exceptionOf(one, family))));
  const leaving = and(isOutside(context), not(isOfLink(family)), equals('fragOffset', 0), equals('mark', 0), spared);
  // what goes back by the interface on which it came, as between ports of a bridge, does not get out
  const inside =
    (iif?: string): FateScope['ends'] =>
    (end) => {
      const oif = leavesBy(end);
      return oif === undefined || oif === 'lo' || oif === iif || interfaces.includes(oif);
    };
  return [
    { dir: 'out', when: and(ofProcesses, isOfThisHost(context, 'src'), leaving), ends: inside() },
    ...context.arrivals.map((iif): FateScope => ({ dir: 'in', iif, when: and(isOutside(context, 'src'), leaving), ends: inside(iif) })),
  ];
}

/** Never further than the link, or to find neighbours there. */
function isOfLink(family: Family): MatchExpr {
  const prefix = parsePrefix(family === 4 ? '169.254.0.0/16' : 'fe80::/10');
  const discovery = and(equals('proto', PROTO.icmpv6), inSet('icmpType', [{ lo: 133, hi: 137 }]));
  return or(...(prefix === undefined ? [] : [inSet('dst', [prefixRange(prefix)])]), ...(family === 4 ? [] : [discovery]));
}

function exceptionOf({ uid, gid, to, proto, port }: FenceException, family: Family): readonly MatchExpr[] {
  if (to !== undefined && familyOf(to.address) !== family) return [];
  return [
    and(
      ...(uid === undefined ? [] : [equals('uid', uid)]),
      ...(gid === undefined ? [] : [equals('gid', gid)]),
      ...(to === undefined ? [] : [inSet('dst', [prefixRange(to)])]),
      ...(proto === undefined ? [] : [equals('proto', proto)]),
      ...(port === undefined ? [] : [equals('dport', port)]),
    ),
  ];
}
