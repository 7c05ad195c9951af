/** Names are resolved by the mesh. source: docs/facts/istio.md#dns */

import { endsAs, sentTo } from '../../connection/symbolicEnds.ts';
import { and, not, or } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { isCapturedDns, isExcludedDns, isNew, isOutside, isProbeAddress, ofApplication } from '../proof/scopes.ts';

export const dnsCaptured: Claim = {
  id: 'dns-captured',
  level: 'error',
  needs: 'proxy',
  statement:
    'Every DNS question of the application to a server that DNS is captured for, by UDP or TCP, reaches the DNS listener of the mesh, or the server it names.',
  skip: ({ profile, declared }) => {
    if (profile === undefined) return 'there is no mesh';
    return declared.dns === 'off' ? 'DNS is not captured' : undefined;
  },
  judge: (context) => {
    const { dns } = context.declared;
    const server = dns === 'off' || dns.to === undefined ? undefined : sentTo(dns.to);
    const listener = endsAs('dns');
    return expectFates(context, [
      {
        dir: 'out',
        when: and(
          isNew,
          ofApplication(context),
          isOutside(context),
          isCapturedDns(context),
          not(or(isExcludedDns(context), isProbeAddress(context, 'dst'))),
        ),
        also: chosenSources(context.space, 0),
        ends: (end, outcome) => listener(end, outcome) || server?.(end, outcome) === true,
      },
    ]);
  },
};
