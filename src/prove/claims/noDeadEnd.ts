/** A connection that is for the port of the listener that takes it is closed there: no process is to need it.
 *  source: docs/facts/istio.md#a-listeners-own-port-is-a-dead-end */
import { relayOf, relaysOf } from '../../mesh/relay.ts';
import { and, equals } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { inboundInterfaces, isNew, isOutside, isOwn, isTcp, ofApplication } from '../proof/scopes.ts';

export const noDeadEnd: Claim = {
  id: 'no-dead-end',
  level: 'info',
  byName: true,
  needs: 'proxy',
  statement: "No connection is led to a listener of the proxy that closes it because it is for the listener's own port.",
  skip: (context) => (blackholes(context).length > 0 ? undefined : 'no listener of the mesh closes connections for its own port'),
  judge: (context) => {
    const { violations, doubts } = expectFates(
      context,
      blackholes(context).flatMap((port) => connectionsTo(context, port)),
    );
    return { violations: violations.map((one) => ({ ...one, why: 'the proxy closes what is for the port on which it captures' })), doubts };
  },
};

function blackholes(context: ProofContext): readonly number[] {
  return relaysOf(context).flatMap(({ port, blackhole }) => (blackhole ? [port] : []));
}

function connectionsTo(context: ProofContext, port: number): readonly FateScope[] {
  const opened = and(isTcp, isNew, equals('dport', port), equals('mark', 0));
  const ends: FateScope['ends'] = ({ fate }) =>
    fate.kind !== 'delivered' || fate.listener === undefined || relayOf(context, fate.listener)?.port !== port;
  return [
    { dir: 'out', when: and(opened, ofApplication(context), isOutside(context)), also: chosenSources(context.space, 0), ends },
    ...inboundInterfaces(context).map(
      (iif): FateScope => ({ dir: 'in', iif, when: and(opened, isOutside(context, 'src'), isOwn(context)), ends }),
    ),
  ];
}
