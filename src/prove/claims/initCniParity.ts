/** Moving from istio-init to the CNI plugin changes no packet's fate. source: docs/facts/istio.md#cni-plugin */
import { and, equals, not, present } from '../../netfilter/matchExpr.ts';
import { compareWith, withoutCounterpart } from '../proof/approachParity.ts';
import type { Claim } from '../proof/claim.ts';
import { isNew, isTcp } from '../proof/scopes.ts';

/** What the plugin excludes by default, and istio-init does not. */
const KNOWN_PORT = 15020;

export const initCniParity: Claim = {
  id: 'init-cni-parity',
  level: 'info',
  statement: 'Every new packet of the pod is treated the same with istio-init and with the CNI plugin, but for outbound TCP to port 15020.',
  byName: true,
  skip: withoutCounterpart('approach'),
  judge: (context) =>
    compareWith(context, 'approach', [
      { place: {}, when: and(isNew, present('uid'), not(and(isTcp, equals('dport', KNOWN_PORT)))) },
      ...context.arrivals.map((iif) => ({ place: { iif }, when: isNew })),
    ]),
};
