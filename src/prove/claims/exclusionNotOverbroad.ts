/** An exclusion is an exception: what goes past the proxy for it is not most of all there is. source: docs/facts/istio.md#exclusions */
import { type Claim, NO_VIOLATION } from '../proof/claim.ts';
import { excludesAnything, widelyExcluded } from '../proof/exclusionScopes.ts';
import { expectFates } from '../proof/expectFates.ts';

export const exclusionNotOverbroad: Claim = {
  id: 'exclusion-not-overbroad',
  level: 'warning',
  needs: 'proxy',
  statement: 'No exclusion lets half of all ports, the way to everywhere, or ranges of addresses as wide as a /7 past the proxy.',
  skip: (context) => {
    const { profile, counterpart } = context;
    if (profile === undefined) return 'there is no mesh';
    if (counterpart !== undefined && profile.name.startsWith('istio')) return 'the settings of the pod are checked';
    return excludesAnything(context) ? undefined : 'nothing is excluded';
  },
  judge: (context) => {
    const wide = widelyExcluded(context);
    return wide.length === 0 ? NO_VIOLATION : expectFates(context, wide);
  },
};
