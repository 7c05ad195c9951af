/** The tunnel's own port is reached as it is. In TPROXY mode Istio breaks it. source: docs/facts/istio.md#inbound-capture */

import { deliveredUntouched } from '../../connection/symbolicEnds.ts';
import { and, equals } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import { expectFates } from '../proof/expectFates.ts';
import { inboundInterfaces, isNew, isOutside, isOwn, isTcp, ofProxy, portsOf, toPorts } from '../proof/scopes.ts';

export const tunnelPortOpen: Claim = {
  id: 'tunnel-port-open',
  level: 'warning',
  needs: 'proxy',
  statement: 'Connections to the port of the HBONE tunnel, from outside and from the proxy itself, are not redirected.',
  skip: (context) => (portsOf(context, 'tunnel').length > 0 ? undefined : 'the mesh has no tunnel'),
  judge: (context) => {
    const tunnel = and(isTcp, isNew, isOwn(context), toPorts(portsOf(context, 'tunnel')));
    const ends = deliveredUntouched(context);
    const mark = context.declared.proxyMark?.value ?? 0;
    return expectFates(context, [
      ...inboundInterfaces(context).map(
        (iif): FateScope => ({ dir: 'in', iif, when: and(tunnel, isOutside(context, 'src'), equals('mark', 0)), ends }),
      ),
      { dir: 'out', when: and(tunnel, ofProxy(context)), also: chosenSources(context.space, mark), ends },
    ]);
  },
};
