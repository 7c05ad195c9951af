/** An exclusion does what it says. source: docs/facts/istio.md#exclusions */

import { deliveredUntouched, leavesUntouched } from '../../connection/symbolicEnds.ts';
import { and, equals, not } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { excludesAnything } from '../proof/exclusionScopes.ts';
import { expectFates } from '../proof/expectFates.ts';
import {
  isCapturedDns,
  isExcludedDns,
  isExcludedInbound,
  isExcludedOutbound,
  isNew,
  isOutside,
  isOwn,
  isTcp,
  ofApplication,
} from '../proof/scopes.ts';

export const excludedBypass: Claim = {
  id: 'excluded-bypass',
  level: 'error',
  statement:
    'Whatever is excluded, by port, range, interface, user or group, passes untouched in the directions that the exclusion is for.',
  skip: (context) => {
    if (context.profile === undefined) return 'there is no mesh';
    return excludesAnything(context) || context.declared.includedGroups !== undefined ? undefined : 'nothing is excluded';
  },
  judge: (context) => expectFates(context, [outbound(context), ...inbound(context)]),
};

/** DNS is captured before the ranges are looked at. */
function outbound(context: ProofContext): FateScope {
  const excluded = and(isExcludedOutbound(context), not(and(isCapturedDns(context), not(isExcludedDns(context)))));
  return {
    dir: 'out',
    when: and(isNew, ofApplication(context), isOutside(context), excluded),
    also: chosenSources(context.space, 0),
    ends: leavesUntouched(context),
  };
}

function inbound(context: ProofContext): readonly FateScope[] {
  const { arrivals, declared } = context;
  const ends = deliveredUntouched(context);
  const from = and(isTcp, isNew, isOutside(context, 'src'), isOwn(context), equals('mark', 0));
  return arrivals
    .filter((iif) => !declared.virtualInterfaces.includes(iif))
    .map((iif) => {
      const whole = declared.excludedInterfaces.includes(iif);
      return { dir: 'in', iif, when: whole ? from : and(from, isExcludedInbound(context)), ends };
    });
}
