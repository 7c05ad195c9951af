/** An exclusion does what it says. source: incidents D1, D4, D5, F2 */
import { and, equals, inSet, NEVER, not } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/sources.ts';
import type { Claim, FateScope } from '../claim.ts';
import { deliveredUntouched, endsAs } from '../ends.ts';
import { expectFates } from '../expectFates.ts';
import type { Scene } from '../scene.ts';
import { isCapturedDns, isExcludedDns, isExcludedOutbound, isNew, isOutside, isOwn, isTcp, ofApplication } from '../scopes.ts';

export const excludedBypass: Claim = {
  id: 'excluded-bypass',
  level: 'error',
  statement: 'Whatever is excluded, by port, range, interface or group, passes untouched in the directions that the exclusion is for.',
  skip: ({ profile, declared }) => {
    if (profile === undefined) return 'there is no mesh';
    const sets = [declared.excludedInboundPorts, declared.excludedOutboundPorts, declared.excludedOutboundRanges];
    const some = [...sets, declared.excludedInterfaces, declared.excludedGroups, declared.includedGroups ?? []].some(
      ({ length }) => length > 0,
    );
    return some ? undefined : 'nothing is excluded';
  },
  judge: (scene) => expectFates(scene, [outbound(scene), ...inbound(scene)]),
};

/** DNS is captured before the ranges are looked at. */
function outbound(scene: Scene): FateScope {
  const excluded = and(isExcludedOutbound(scene), not(and(isCapturedDns(scene), not(isExcludedDns(scene)))));
  return {
    dir: 'out',
    when: and(isNew, ofApplication(scene), isOutside(scene), excluded),
    also: chosenSources(scene.space, 0),
    ends: endsAs('direct'),
  };
}

function inbound(scene: Scene): readonly FateScope[] {
  const { arrivals, declared } = scene;
  const ends = deliveredUntouched(scene);
  const from = and(isTcp, isNew, isOutside(scene, 'src'), isOwn(scene), equals('mark', 0));
  return arrivals
    .filter((iif) => !declared.virtualInterfaces.includes(iif))
    .map((iif) => {
      const whole = declared.excludedInterfaces.includes(iif);
      const ports = declared.excludedInboundPorts.length === 0 ? NEVER : inSet('dport', declared.excludedInboundPorts);
      return { dir: 'in', iif, when: whole ? from : and(from, ports), ends };
    });
}
