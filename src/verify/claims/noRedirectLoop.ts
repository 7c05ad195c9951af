/** A cycle of listeners that one original destination goes round. source: shared facts P1, P2; istio#12110, #14242, #14443, #23369 */
import { relaysOf } from '../../mesh/relay.ts';
import type { Claim, Violation } from '../claim.ts';
import { cyclesOf, listenerEdges } from '../listenerGraph.ts';

export const noRedirectLoop: Claim = {
  id: 'no-redirect-loop',
  level: 'error',
  needs: 'proxy',
  statement: 'No connection that the proxy takes is led back to the listener that took it, over any number of legs.',
  skip: (scene) => (relaysOf(scene).length === 0 ? 'there is no mesh, and so no listener that sends on' : undefined),
  judge: (scene) => {
    const cycles = cyclesOf(scene, listenerEdges(scene));
    const violations = cycles.map(
      ({ packets, edges: [head] }): Violation => ({
        kind: 'packets',
        set: scene.space.manager.and(packets, scene.where({})),
        dir: 'out',
        outcome: 'loop',
        by: undefined,
        within: head?.packets ?? packets,
      }),
    );
    return { violations: violations.filter((one) => one.kind === 'packets' && one.set > 0), doubts: [] };
  },
};
