/** A connection that is for the port of the listener that takes it is closed there: nobody is to need it.
 *  source: docs/facts/istio.md#a-listeners-own-port-is-a-dead-end */
import { relayOf, relaysOf } from '../../mesh/relay.ts';
import { and, equals } from '../../netfilter/matchExpr.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Claim, FateScope } from '../proof/claim.ts';
import type { Scene } from '../proof/context.ts';
import { expectFates } from '../proof/expectFates.ts';
import { inboundInterfaces, isNew, isOutside, isOwn, isTcp, ofApplication } from '../proof/scopes.ts';

export const noDeadEnd: Claim = {
  id: 'no-dead-end',
  level: 'info',
  byName: true,
  needs: 'proxy',
  statement: "No connection is led to a listener of the proxy that closes it because it is for the listener's own port.",
  skip: (scene) => (blackholes(scene).length > 0 ? undefined : 'no listener of the mesh closes connections for its own port'),
  judge: (scene) => {
    const { violations, doubts } = expectFates(
      scene,
      blackholes(scene).flatMap((port) => connectionsTo(scene, port)),
    );
    return { violations: violations.map((one) => ({ ...one, why: 'the proxy closes what is for the port on which it captures' })), doubts };
  },
};

function blackholes(scene: Scene): readonly number[] {
  return relaysOf(scene).flatMap(({ port, blackhole }) => (blackhole ? [port] : []));
}

function connectionsTo(scene: Scene, port: number): readonly FateScope[] {
  const opened = and(isTcp, isNew, equals('dport', port), equals('mark', 0));
  const ends: FateScope['ends'] = ({ fate }) =>
    fate.kind !== 'delivered' || fate.listener === undefined || relayOf(scene, fate.listener)?.port !== port;
  return [
    { dir: 'out', when: and(opened, ofApplication(scene), isOutside(scene)), also: chosenSources(scene.space, 0), ends },
    ...inboundInterfaces(scene).map(
      (iif): FateScope => ({ dir: 'in', iif, when: and(opened, isOutside(scene, 'src'), isOwn(scene)), ends }),
    ),
  ];
}
