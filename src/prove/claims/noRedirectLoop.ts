/** A cycle of listeners that one original destination goes round. source: docs/facts/istio.md#no-loop-out, docs/facts/istio.md#no-loop-in */

import { cyclesOf, listenerEdges } from '../../connection/relayGraph.ts';
import { UNKNOWN_PROXY_HELP, unknownProxies, unknownProxyText } from '../../connection/unknownProxy.ts';
import { relaysOf } from '../../mesh/relay.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Claim, Doubtful, Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';

export const noRedirectLoop: Claim = {
  id: 'no-redirect-loop',
  level: 'error',
  needs: 'proxy',
  statement: 'No connection that the proxy takes is led back to the listener that took it, over any number of legs.',
  skip: (context) => {
    const isNone = relaysOf(context).length === 0 && unknownProxies(context, context.ruleset).length === 0;
    return isNone ? 'there is no listener that sends on: no mesh, and no rule that hands packets over to a port of this host' : undefined;
  },
  judge: (context) => {
    const cycles = cyclesOf(context, listenerEdges(context));
    const violations = cycles.map(
      ({ packets, edges: [head] }): Violation => ({
        kind: 'packets',
        set: context.space.manager.and(packets, context.where({})),
        dir: 'out',
        outcome: 'loop',
        by: undefined,
        within: head?.packets ?? packets,
      }),
    );
    return { violations: violations.filter((one) => one.kind === 'packets' && one.set > 0), doubts: doubtsOf(context) };
  },
};

/** A port to which rules hand packets over is some proxy's: whether what it sends comes back is known only when that is given. */
function doubtsOf(context: ProofContext): readonly Doubtful[] {
  const { manager } = context.space;
  return unknownProxies(context, context.ruleset).map((proxy): Doubtful => {
    const { listener, rules } = proxy;
    const taken = context.out().filter(({ fate }) => fate.kind === 'delivered' && fate.listener === listener);
    const to = listener.port === undefined ? EMPTY : manager.any(taken.map(({ set }) => set));
    return { set: manager.and(to, context.where({})), rules, why: `${unknownProxyText(proxy)}: ${UNKNOWN_PROXY_HELP}` };
  });
}
