/** Capture does not depend on the proxy's being there. source: docs/facts/istio.md#a-proxy-that-does-not-listen */
import { outcomesOf } from '../../connection/outcomesOf.ts';
import { and, equals } from '../../netfilter/matchExpr.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Claim, Doubtful, Judgement, Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { packetsWhere } from '../proof/context.ts';
import { doubtAbout } from '../proof/doubts.ts';
import { translateSet } from '../proof/parity.ts';
import { isNew, isOutside, isOwn, isTcpOrUdp } from '../proof/scopes.ts';
import { handsToSockets, leftWithoutSocket, type WithAndWithoutProxy, withAndWithoutProxy } from '../proof/silentProxy.ts';

export const failsClosed: Claim = {
  id: 'fails-closed',
  level: 'error',
  statement: 'While the proxy does not listen, no new packet from another host that it is to take reaches the application in its place.',
  skip: ({ profile, declared }) => {
    if (profile === undefined) return 'there is no mesh';
    return declared.capturesInbound ? undefined : 'in ingress mode inbound traffic is not captured';
  },
  judge: (context) => {
    const both = withAndWithoutProxy(context);
    const judged = context.arrivals.map((iif) => judgeArriving(context, both, iif));
    return {
      violations: judged.flatMap(({ violations }) => violations),
      doubts: judged.flatMap(({ doubts }) => doubts),
      ...(judged.every(({ vacuous }) => vacuous === true) && { vacuous: true }),
    };
  },
};

function judgeArriving(context: ProofContext, { listening, silent }: WithAndWithoutProxy, iif: string): Judgement {
  const meant = takenByProxy(context, listening, iif);
  if (meant === EMPTY) return { violations: [], doubts: [], vacuous: true };
  // nat asks for no socket: who listens changes nothing of where it sends packets
  if (!handsToSockets(context.ruleset)) return { violations: [], doubts: [] };
  const { manager } = silent.space;
  const within = translateSet(context.space, silent.space, meant);
  const violations: Violation[] = [];
  const doubts: Doubtful[] = [];
  for (const end of silent.in(iif)) {
    const met = manager.and(end.set, within);
    if (met === EMPTY) continue;
    for (const { outcome, set } of outcomesOf(silent, end, met)) {
      if (outcome !== 'to-app') continue;
      const doubt = doubtAbout(end, set);
      if (doubt === undefined) violations.push(reached(silent, { iif, set, within, by: end.decided }));
      else doubts.push({ ...doubt, set: translateSet(silent.space, context.space, set) });
    }
  }
  return { violations, doubts };
}

/** Packets that a proxy that listens takes, of those the caller asks about. */
function takenByProxy(context: ProofContext, listening: ProofContext, iif: string): Bdd {
  const { manager } = listening.space;
  const when = and(isTcpOrUdp, isNew, isOutside(listening, 'src'), isOwn(listening), equals('mark', 0));
  const scope = packetsWhere(listening, when, { iif });
  const taken = listening.in(iif).flatMap((end) => {
    const met = manager.and(end.set, scope);
    if (met === EMPTY) return [];
    return outcomesOf(listening, end, met).flatMap(({ outcome, set }) =>
      outcome === 'captured-in' || outcome === 'captured-out' || outcome === 'dns' ? [set] : [],
    );
  });
  return context.space.manager.and(translateSet(listening.space, context.space, manager.any(taken)), context.where({ iif }));
}

interface Reached {
  readonly iif: string;
  readonly set: Bdd;
  readonly within: Bdd;
  readonly by: Rule | undefined;
}

function reached(silent: ProofContext, { iif, set, within, by }: Reached): Violation {
  const blame = leftWithoutSocket(silent.ruleset).filter(
    (rule) => silent.space.manager.and(silent.matched(rule, { dir: 'in', iif }), set) !== EMPTY,
  );
  return {
    kind: 'packets',
    set,
    dir: 'in',
    iif,
    outcome: 'to-app',
    by,
    within,
    context: silent,
    why: 'while the proxy does not listen',
    ...(blame.length > 0 && { blame }),
  };
}
