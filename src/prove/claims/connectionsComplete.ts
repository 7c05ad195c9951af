import { relayOf } from '../../mesh/relay.ts';
import { or } from '../../netfilter/matchExpr.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Claim, Doubtful, Judgement, Violation } from '../proof/claim.ts';
import type { Ingress, ProofContext } from '../proof/context.ts';
import { packetsWhere } from '../proof/context.ts';
import { evenWithoutRules, openedArriving, openedHere } from '../proof/opened.ts';
import { ofProxy, ofProxyGroup } from '../proof/scopes.ts';
import { stallWords } from '../proof/stalls.ts';

export const connectionsComplete: Claim = {
  id: 'connections-complete',
  level: 'error',
  needs: 'application',
  statement:
    'Every connection whose first packet the rules let arrive, here or at another host, completes: its answer comes back, the third packet of TCP arrives, and so does data both ways.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    const parts = [
      judgeWay(context, {}, openedHere(context)),
      ...context.arrivals.map((iif) => judgeWay(context, { iif }, openedArriving(context, iif))),
    ];
    const judgement = {
      violations: parts.flatMap(({ violations }) => violations),
      doubts: parts.flatMap(({ doubts }) => doubts),
    };
    return parts.every(({ vacuous }) => vacuous === true) ? { ...judgement, vacuous: true } : judgement;
  },
};

function isRelayed(context: ProofContext, { fate }: FateClass): boolean {
  return fate.kind === 'delivered' && fate.listener !== undefined && relayOf(context, fate.listener) !== undefined;
}

function judgeWay(context: ProofContext, place: Ingress, scope: Bdd): Judgement {
  const { manager } = context.space;
  const dir = place.iif === undefined ? 'out' : 'in';
  const within = manager.and(scope, context.where(place));
  if (within === EMPTY) return { violations: [], doubts: [], vacuous: true };
  const violations: Violation[] = [];
  const doubts: Doubtful[] = [];
  // what no rule is needed for to fail breaks no promise of the rules
  const excused = () => evenWithoutRules(context, place, ({ end }) => end === 'stalls');
  const ofRelay = dir === 'out' ? packetsWhere(context, or(ofProxy(context), ofProxyGroup(context))) : EMPTY;
  for (const one of context.connections(place)) {
    if (one.end !== 'stalls' && !(one.end === 'undecided' && one.part !== 'first')) continue;
    // what the proxy sends to itself is a loop, whatever becomes of its answers
    const asked = isRelayed(context, one.first) ? manager.minus(within, ofRelay) : within;
    const stalled = manager.and(one.set, asked);
    const set = stalled === EMPTY ? EMPTY : manager.minus(stalled, excused());
    if (set === EMPTY) continue;
    const unknown = one.doubts.filter(({ why }) => why === 'unmodelled');
    if (one.end === 'undecided' || unknown.length > 0) {
      const rules = unknown.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
      doubts.push({ set, rules, why: unknown.map(({ what }) => what).join(', ') });
    } else {
      const why = stallWords(one);
      violations.push({ kind: 'packets', set, outcome: 'stalled', dir, ...place, by: one.last.decided, within, why, apart: why });
    }
  }
  return { violations, doubts };
}
