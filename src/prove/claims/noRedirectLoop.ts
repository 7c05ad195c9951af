/** A cycle of listeners that one original destination goes round. source: docs/facts/istio.md#no-loop-out, docs/facts/istio.md#no-loop-in */

import { cyclesOf, listenerEdges } from '../../connection/relayGraph.ts';
import { loopScene, onwardOf } from '../../connection/relayLoops.ts';
import { type End, endsOf } from '../../connection/symbolicJourney.ts';
import { unknownProxies, unknownProxyHelp, unknownProxyText } from '../../connection/unknownProxy.ts';
import { relaysOf } from '../../mesh/relay.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import { equal } from '../../symbolic/diagrams/vector.ts';
import type { Claim, Doubtful, Judgement, Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';

export const noRedirectLoop: Claim = {
  id: 'no-redirect-loop',
  level: 'error',
  needs: 'proxy',
  statement: 'No connection that the proxy takes is led back to the listener that took it, over any number of legs.',
  skip: (context) => {
    const isNone = relaysOf(context).length === 0 && unknownProxies(context, context.ruleset).length === 0;
    return isNone ? 'there is no listener that sends on: no mesh, and no rule that hands packets over to a port of this host' : undefined;
  },
  judge: (context) => {
    if (context.isNarrowed) return loopsOfRequested(context);
    const cycles = cyclesOf(context, listenerEdges(context));
    const violations = cycles.map(
      ({ packets, edges: [head] }): Violation => ({
        kind: 'packets',
        set: context.space.manager.and(packets, context.where({})),
        dir: 'out',
        outcome: 'loop',
        by: undefined,
        within: head?.packets ?? packets,
      }),
    );
    return { violations: violations.filter((one) => one.kind === 'packets' && one.set > 0), doubts: doubtsOf(context) };
  },
};

/** Of a requested set each packet is followed from where it starts, through every proxy that takes it: the packets that a proxy sends need
 *  not be in the set themselves. */
function loopsOfRequested(context: ProofContext): Judgement {
  const { manager, start } = context.space;
  const proxies = unknownProxies(context, context.ruleset);
  const loops = loopScene(context, () => context.ruleset);
  const violations: Violation[] = [];
  const doubts: Doubtful[] = [];
  let isAsked = false;
  for (const iif of [undefined, ...context.arrivals]) {
    const place = iif === undefined ? {} : { iif };
    const asked = context.where(place);
    const within = iif === undefined ? manager.minus(asked, equal(manager, start.src, 0)) : asked;
    if (within === EMPTY) continue;
    isAsked = true;
    const classes = iif === undefined ? context.out() : context.in(iif);
    const ends = endsOf(context, { classes, next: (one) => onwardOf(loops, one), open: new Set() });
    const some = (pick: (end: End) => Bdd): Bdd => manager.and(within, manager.any(ends.map(pick)));
    const looping = some(({ set, outcome }) => (outcome === 'loop' ? set : EMPTY));
    const others = some(({ set, outcome }) => (outcome === 'loop' ? EMPTY : set));
    const open = manager.or(
      manager.all([looping, others, some(({ unclear }) => unclear)]),
      some(({ set, outcome }) => (outcome === 'undecided' ? set : EMPTY)),
    );
    const sure = manager.minus(looping, open);
    const dir = iif === undefined ? 'out' : 'in';
    if (sure !== EMPTY) violations.push({ kind: 'packets', set: sure, dir, ...place, outcome: 'loop', by: undefined, within });
    const unmodelled = ends.flatMap((end) => (manager.and(end.set, open) === EMPTY ? [] : end.of.doubts)).filter(isUnmodelled);
    const rules = unmodelled.flatMap(({ rule }) => rule ?? []);
    const why = [...new Set(unmodelled.map(({ what }) => what))].join(', ') || 'it depends on something that is not modelled';
    if (open !== EMPTY) doubts.push({ set: open, rules, why });
    const unknown = manager.minus(
      some(({ mayLoop }) => mayLoop),
      manager.or(sure, open),
    );
    if (unknown !== EMPTY)
      doubts.push({
        set: unknown,
        rules: proxies.flatMap((one) => one.rules),
        why: `${proxies.map(unknownProxyText).join('; ')}: ${unknownProxyHelp(proxies)}`,
      });
  }
  return { violations, doubts, ...(!isAsked && { vacuous: true }) };
}

const isUnmodelled = ({ why }: End['of']['doubts'][number]): boolean => why === 'unmodelled';

/** A port to which rules hand packets over is some proxy's: whether what it sends comes back is known only when that is given. */
function doubtsOf(context: ProofContext): readonly Doubtful[] {
  const { manager } = context.space;
  return unknownProxies(context, context.ruleset).map((proxy): Doubtful => {
    const { listener, rules } = proxy;
    const taken = context.out().filter(({ fate }) => fate.kind === 'delivered' && fate.listener === listener);
    const to = listener.port === undefined ? EMPTY : manager.any(taken.map(({ set }) => set));
    return { set: manager.and(to, context.where({})), rules, why: `${unknownProxyText(proxy)}: ${unknownProxyHelp([proxy])}` };
  });
}
