/** Probes get their answer. source: docs/facts/istio.md#probes */

import { deliveredUntouched } from '../../connection/symbolicEnds.ts';
import { and, equals } from '../../netfilter/matchExpr.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { inboundInterfaces, isNew, isOutside, isOwn, isProbeAddress, isTcp, portsOf, toPorts } from '../proof/scopes.ts';

export const healthPortsOpen: Claim = {
  id: 'health-ports-open',
  level: 'error',
  needs: 'proxy',
  statement:
    'Probes from outside arrive unchanged: at the ports of the mesh that answer them, and in ambient, by their source, at any port.',
  skip: (context) => (probes(context).length > 0 ? undefined : 'the mesh has no port of its own for probes'),
  judge: (context) => expectFates(context, probes(context)),
};

function probes(context: ProofContext): readonly FateScope[] {
  const health = portsOf(context, 'health');
  const bySource = context.profile?.probeSource !== undefined && context.declared.capturesInbound;
  if (health.length === 0 && !bySource) return [];
  const probe = bySource ? isProbeAddress(context, 'src') : and(isOutside(context, 'src'), toPorts(health));
  return inboundInterfaces(context).map((iif) => ({
    dir: 'in',
    iif,
    when: and(isTcp, isNew, probe, isOwn(context), equals('mark', 0)),
    ends: deliveredUntouched(context),
  }));
}
