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
  skip: (scene) => (portsOf(scene, 'tunnel').length > 0 ? undefined : 'the mesh has no tunnel'),
  judge: (scene) => {
    const tunnel = and(isTcp, isNew, isOwn(scene), toPorts(portsOf(scene, 'tunnel')));
    const ends = deliveredUntouched(scene);
    const mark = scene.declared.proxyMark?.value ?? 0;
    return expectFates(scene, [
      ...inboundInterfaces(scene).map(
        (iif): FateScope => ({ dir: 'in', iif, when: and(tunnel, isOutside(scene, 'src'), equals('mark', 0)), ends }),
      ),
      { dir: 'out', when: and(tunnel, ofProxy(scene)), also: chosenSources(scene.space, mark), ends },
    ]);
  },
};
