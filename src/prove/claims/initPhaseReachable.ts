/** Init containers reach what they call. source: docs/facts/istio.md#init-containers */
import { and } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim } from '../proof/claim.ts';
import { NO_VIOLATION } from '../proof/claim.ts';
import { ofInitContainers } from '../proof/claimsInInitPhase.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isNew, isOutside, isTcpOrUdp } from '../proof/scopes.ts';

export const initPhaseReachable: Claim = {
  id: 'init-phase-reachable',
  level: 'warning',
  statement: 'What an init container sends to another host by TCP or UDP is not led to a port without a listener.',
  whileInit: true,
  judge: (context) =>
    context.whileInit === undefined
      ? NO_VIOLATION
      : expectFates(context, [
          {
            dir: 'out',
            when: and(isTcpOrUdp, isNew, ofInitContainers(context, context.whileInit), isOutside(context)),
            also: chosenSources(context.space, 0),
            ends: (_, outcome) => outcome !== 'refused',
          },
        ]),
};
