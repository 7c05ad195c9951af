/** Ambient, on the node: pods know probes by their source, which the node's rules give them. source: docs/facts/istio.md#probes-of-the-node */

import { sentFrom } from '../../connection/symbolicEnds.ts';
import { normalize, point } from '../../lib/intervals.ts';
import { istioAmbient } from '../../mesh/istioAmbient.ts';
import { and, equals, inSet } from '../../netfilter/matchExpr.ts';
import { familyOf, parseAddress } from '../../packet/address.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim } from '../proof/claim.ts';
import { NO_VIOLATION } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isNew, isTcp } from '../proof/scopes.ts';

export const probeSourceRewritten: Claim = {
  id: 'probe-source-rewritten',
  level: 'error',
  needs: 'application',
  statement: 'What the node itself sends by TCP to a pod of the mesh leaves with the source by which the pod knows probes.',
  skip: (context) => (podsOf(context).length > 0 ? undefined : 'the host names no pods of the mesh'),
  judge: (context) => {
    const { space, ruleset } = context;
    const source = parseAddress(istioAmbient.probeSource?.[ruleset.family] ?? '');
    if (source === undefined) return NO_VIOLATION;
    const when = and(
      isTcp,
      isNew,
      { kind: 'present', field: 'uid' },
      inSet('dst', normalize(podsOf(context).map(point))),
      equals('mark', 0),
    );
    const { violations, doubts } = expectFates(context, [{ dir: 'out', when, also: chosenSources(space, 0), ends: sentFrom(source) }]);
    const why = `its source is not ${istioAmbient.probeSource?.[ruleset.family]}, and the pod takes it for anybody's`;
    return { violations: violations.map((one) => ({ ...one, why })), doubts };
  },
};

function podsOf({ host, ruleset }: ProofContext): ProofContext['host']['pods'] {
  return host.pods.filter((address) => familyOf(address) === ruleset.family);
}
