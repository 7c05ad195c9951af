/** What the proxy passes on to the application is not led back to it. source: docs/facts/istio.md#no-loop-in */

import { emittedBy, relayAt } from '../../connection/relayGraph.ts';
import { deliveredUntouched } from '../../connection/symbolicEnds.ts';
import type { MeshListener } from '../../mesh/profile.ts';
import { literalSource } from '../../mesh/relay.ts';
import { and, not } from '../../netfilter/matchExpr.ts';
import type { Claim, Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isCapturedDns, isOwn, isTcp } from '../proof/scopes.ts';

export const passthroughReturned: Claim = {
  id: 'passthrough-returned',
  level: 'error',
  needs: 'application',
  statement: 'What the proxy passes on from its inbound listener arrives at the application unchanged.',
  skip: ({ profile, declared }) => {
    if (!profile?.listeners.some(({ role, emits }) => role === 'inbound' && emits !== undefined)) return 'there is no inbound proxy';
    return declared.capturesInbound ? undefined : 'in ingress mode nothing is taken in to be passed on';
  },
  judge: (context) => {
    const { manager } = context.space;
    const inbound = (context.profile?.listeners ?? []).filter(({ role }) => role === 'inbound');
    const unbound = inbound.flatMap((listener) => unboundSource(context, listener));
    const { violations, doubts } = expectFates(context, [
      {
        dir: 'out',
        when: and(isTcp, isOwn(context), not(isCapturedDns(context))),
        also: manager.any(inbound.map((listener) => emittedBy(context, listener))),
        ends: deliveredUntouched(context),
      },
    ]);
    return { violations: [...unbound, ...violations], doubts };
  },
};

/** No packet shows it: bind(2) fails before there is one. */
function unboundSource(context: ProofContext, listener: MeshListener): readonly Violation[] {
  const { family } = context.ruleset;
  const relay = relayAt(context, listener);
  const source = relay?.sends.source;
  if (relay === undefined || typeof source !== 'object' || literalSource(relay, family, context.host) !== undefined) return [];
  return [{ kind: 'rule', rule: undefined, why: `no interface has ${source[family]}, from which the proxy connects to the application` }];
}
