/** A proxy runs, and nothing is handed to it: the pod is outside the mesh, whatever its containers are.
 *  source: docs/facts/istio.md#a-pod-without-rules */

import { outcomesOf } from '../../connection/outcomesOf.ts';
import { and, equals, inSet, not } from '../../netfilter/matchExpr.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Claim, Judgement } from '../proof/claim.ts';
import { NO_VIOLATION } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { packetsWhere } from '../proof/context.ts';
import { isOwnProxy, ownHandover } from '../proof/ownScopes.ts';
import { isNew, isOutside, isOwn, isTcp, ofApplication, portsOf } from '../proof/scopes.ts';
import type { Ingress } from '../proof/traffic.ts';

export const podCaptured: Claim = {
  id: 'pod-captured',
  level: 'error',
  needs: 'proxy',
  statement: 'Where the proxy of a mesh runs, some connections of the application and some from other hosts are handed to it.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    if (isOwnProxy(context.profile)) return handsSomething(context, context.profile.title);
    const { manager } = context.space;
    const opened = and(isTcp, isNew, not(inSet('dport', [{ lo: 0, hi: 0 }])));
    const sent = manager.and(
      packetsWhere(context, and(opened, ofApplication(context), isOutside(context))),
      chosenSources(context.space, 0),
    );
    const outbound = someCaptured(context, [{ place: {}, ends: context.out(), within: sent }], {
      as: 'captured-out',
      why: 'NOT CAPTURED: no connection of the application is handed to the proxy',
    });
    const into = and(opened, isOutside(context, 'src'), isOwn(context), equals('mark', 0));
    const arriving = context.arrivals.map((iif) => ({
      place: { iif },
      ends: context.in(iif),
      within: packetsWhere(context, into, { iif }),
    }));
    const inbound = context.declared.capturesInbound
      ? someCaptured(context, arriving, { as: 'captured-in', why: 'NOT CAPTURED: no connection from another host is handed to the proxy' })
      : NO_VIOLATION;
    return { violations: [...outbound.violations, ...inbound.violations], doubts: [...outbound.doubts, ...inbound.doubts] };
  },
};

function handsSomething(context: ProofContext, proxy: string): Judgement {
  if (ownHandover(context, 'outbound', 'inbound', 'dns').rules.length > 0) return NO_VIOLATION;
  return { violations: [{ kind: 'rule', rule: undefined, why: `NOT CAPTURED: no rule hands a connection to ${proxy}` }], doubts: [] };
}

interface Part {
  readonly place: Ingress;
  readonly ends: readonly FateClass[];
  readonly within: Bdd;
}

interface Wanted {
  readonly as: 'captured-out' | 'captured-in';
  readonly why: string;
}

/** One packet is enough; without any, all of them show it. With `where` only those that are looked at. */
function someCaptured(context: ProofContext, parts: readonly Part[], { as, why }: Wanted): Judgement {
  const { manager } = context.space;
  const own = portsOf(context, 'outbound', 'inbound');
  const found = parts.flatMap(({ place, ends, within }) =>
    ends.flatMap((end) =>
      outcomesOf(context, end, manager.and(end.set, within))
        .filter(({ set }) => set !== EMPTY)
        .map(({ outcome, set }) => ({ place, end, within, outcome, set })),
    ),
  );
  // what is for the listener's own port needs no rule
  const elsewhere = (set: Bdd, place: Ingress): boolean =>
    manager.minus(
      set,
      packetsWhere(
        context,
        inSet(
          'dport',
          own.map((port) => ({ lo: port, hi: port })),
        ),
        place,
      ),
    ) !== EMPTY;
  if (found.some(({ outcome, set, place }) => outcome === as && elsewhere(set, place))) return NO_VIOLATION;
  const open = found.filter(({ end }) => end.doubts.some(({ why: kind }) => kind === 'unmodelled') || end.fate.kind === 'undecided');
  if (open.length > 0) {
    const rules = open.flatMap(({ end }) => end.doubts.flatMap(({ rule }) => (rule === undefined ? [] : [rule])));
    return {
      violations: [],
      doubts: [{ set: manager.any(open.map(({ set }) => set)), rules, why: 'what is not modelled decides whether anything is captured' }],
    };
  }
  return {
    doubts: [],
    violations: found.flatMap(({ place, end, within, outcome, set }) => {
      const asked = manager.and(set, context.where(place));
      const { iif } = place;
      const dir = iif === undefined ? 'out' : 'in';
      return asked === EMPTY
        ? []
        : [{ kind: 'packets' as const, set: asked, dir, ...place, outcome, by: end.decided, within, why } as const];
    }),
  };
}
