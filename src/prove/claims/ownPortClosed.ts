/** A proxy that dials where a connection was to go dials itself for one that is for its own port. source: docs/facts/proxies.md#own-port */
import type { Listener } from '../../host/host.ts';
import { and, equals } from '../../netfilter/matchExpr.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isOwnProxy } from '../proof/ownScopes.ts';
import { isNew, isOutside, isOwn } from '../proof/scopes.ts';

export const ownPortClosed: Claim = {
  id: 'own-port-closed',
  level: 'warning',
  needs: 'proxy',
  statement: 'No connection of another host that is for the own port of a proxy reaches it.',
  skip: (context) => {
    if (!isOwnProxy(context.profile)) return 'the host names no proxy';
    return openSockets(context).length === 0 ? 'the proxy does not dial where a connection was to go, or closes its own port' : undefined;
  },
  judge: (context) =>
    expectFates(
      context,
      openSockets(context).flatMap((socket) => callsOf(context, socket)),
    ),
};

function openSockets({ host }: ProofContext): readonly Listener[] {
  return host.listeners.filter(
    ({ takes, dials, closesOwnPort }) => takes !== undefined && closesOwnPort !== true && (dials === 'original' || dials === 'app'),
  );
}

function callsOf(context: ProofContext, { proto, port, process }: Listener): readonly FateScope[] {
  if (port === undefined) return [];
  const when = and(isNew, equals('proto', proto), isOutside(context, 'src'), isOwn(context), equals('dport', port));
  return context.arrivals.map(
    (iif): FateScope => ({
      dir: 'in',
      iif,
      when,
      ends: ({ fate }) => fate.kind !== 'delivered' || fate.listener?.process !== process,
    }),
  );
}
