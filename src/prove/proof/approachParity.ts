/** Two ways to capture one pod, packet by packet: which new packets have another outcome. */
import type { Outcome } from '../../connection/journey.ts';
import { outcomesOf } from '../../connection/outcomesOf.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Claim, Doubtful, Judgement, Violation } from './claim.ts';
import type { ProofContext } from './context.ts';
import { packetsWhere } from './context.ts';
import { translateSet } from './parity.ts';
import type { Other } from './podQuestions.ts';
import type { Ingress } from './traffic.ts';

export interface ParityScope {
  readonly place: Ingress;
  readonly when: MatchExpr;
}

/** Why the claim is not asked: no manifest says how else the pod would be captured. */
export function withoutCounterpart(other: Other): NonNullable<Claim['skip']> {
  return ({ counterpart }) => {
    if (counterpart === undefined) return 'rules do not say what they follow from: it is checked for manifests';
    const found = counterpart(other);
    return typeof found === 'string' ? found : undefined;
  };
}

export function compareWith(context: ProofContext, other: Other, scopes: readonly ParityScope[]): Judgement {
  const found = context.counterpart?.(other);
  const violations: Violation[] = [];
  const doubts: Doubtful[] = [];
  let isAsked = false;
  if (found === undefined || typeof found === 'string') return { violations, doubts };
  for (const scope of scopes) {
    const { place } = scope;
    const ours = outcomes(context, scope);
    const theirs = outcomes(found.context, scope);
    isAsked ||= ours.within !== EMPTY || theirs.within !== EMPTY;
    doubts.push(
      ...ours.doubts,
      ...theirs.doubts.map((doubt) => ({ ...doubt, set: translateSet(found.context.space, context.space, doubt.set) })),
    );
    for (const [outcome, set] of ours.sets)
      for (const [otherwise, their] of theirs.sets) {
        if (outcome === otherwise) continue;
        const both = context.space.manager.and(set, translateSet(found.context.space, context.space, their));
        if (both === EMPTY) continue;
        const why = `${outcome} with ${found.here}, ${otherwise} with ${found.there}`;
        const dir = place.iif === undefined ? 'out' : 'in';
        violations.push({ kind: 'packets', set: both, dir, ...place, outcome, by: undefined, within: ours.within, why, apart: why });
      }
  }
  return { violations, doubts, ...(!isAsked && { vacuous: true }) };
}

interface Outcomes {
  readonly within: Bdd;
  readonly sets: ReadonlyMap<Outcome, Bdd>;
  readonly doubts: readonly Doubtful[];
}

function outcomes(context: ProofContext, { place, when }: ParityScope): Outcomes {
  const { manager } = context.space;
  const within = manager.and(packetsWhere(context, when, place), context.where(place));
  const sets = new Map<Outcome, Bdd>();
  const doubts: Doubtful[] = [];
  for (const end of place.iif === undefined ? context.out() : context.in(place.iif)) {
    const met = manager.and(end.set, within);
    if (met === EMPTY) continue;
    for (const { outcome, set } of outcomesOf(context, end, met)) {
      const unknown = end.doubts.filter(({ why }) => why === 'unmodelled');
      if (unknown.length > 0) doubts.push({ set, rules: [], why: unknown.map(({ what }) => what).join(', ') });
      else sets.set(outcome, manager.or(sets.get(outcome) ?? EMPTY, set));
    }
  }
  return { within, sets, doubts };
}
