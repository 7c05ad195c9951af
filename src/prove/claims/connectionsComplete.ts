/** What is accepted or sent gets its answer, and the answer its answer. source: docs/facts/kernel.md#connections */
import { emittedBy, relayAt } from '../../connection/relayGraph.ts';
import { relayOf } from '../../mesh/relay.ts';
import { and, equals, inSet, type MatchExpr, masked, NEVER, not, or } from '../../netfilter/matchExpr.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Claim, Doubtful, Judgement, Violation } from '../proof/claim.ts';
import type { Ingress, ProofContext } from '../proof/context.ts';
import { packetsWhere } from '../proof/context.ts';
import { fromEphemeralPort, isNew, isOfThisHost, isOutside, isOwn, isTcp, isTcpOrUdp, ofProxy, ofProxyGroup } from '../proof/scopes.ts';
import { stallWords, stoppedBy } from '../proof/stalls.ts';

export const connectionsComplete: Claim = {
  id: 'connections-complete',
  level: 'error',
  needs: 'application',
  statement:
    'Every connection whose first packet the rules let arrive, here or at another host, completes: its answer comes back, and so does the third packet of TCP.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    const parts = [
      judgeWay(context, {}, sent(context)),
      ...context.arrivals.map((iif) => judgeWay(context, { iif }, arriving(context, iif))),
    ];
    const judgement = {
      violations: parts.flatMap(({ violations }) => violations),
      doubts: parts.flatMap(({ doubts }) => doubts),
    };
    return parts.every(({ vacuous }) => vacuous === true) ? { ...judgement, vacuous: true } : judgement;
  },
};

/** What opens a connection and waits for an answer. */
const asks: MatchExpr = and(
  isNew,
  or(
    isTcpOrUdp,
    not(
      inSet('proto', [
        { lo: 2, hi: 57 },
        { lo: 59, hi: 255 },
      ]),
    ),
  ),
);

/** By any process from the address that the kernel chooses, and by the proxy from its client's. */
function sent(context: ProofContext): Bdd {
  const { manager } = context.space;
  const from = and(asks, or(fromEphemeralPort, not(isTcpOrUdp)), or(isOutside(context), isOfThisHost(context, 'dst')));
  const marks = [0, context.declared.proxyMark?.value ?? 0];
  const chosen = marks.map((mark) =>
    manager.and(
      packetsWhere(context, and({ kind: 'present', field: 'uid' }, from, equals('mark', mark))),
      chosenSources(context.space, mark),
    ),
  );
  // of a link-local source bind(2) wants to know the link
  const linkLocal = context.ruleset.family === 4 ? NEVER : masked('src', 0xfe80n << 112n, 0xffc0n << 112n);
  const spoofed = manager.and(
    manager.any(spoofing(context).map((listener) => emittedBy(context, listener))),
    packetsWhere(context, and(isTcp, isOutside(context, 'src'), not(linkLocal), isOwn(context))),
  );
  return manager.any([...chosen, spoofed]);
}

/** Listeners whose process takes over the client's address. */
export function spoofing(context: ProofContext): readonly NonNullable<ProofContext['profile']>['listeners'][number][] {
  return (context.profile?.listeners ?? []).filter((listener) => relayAt(context, listener)?.sends.source === 'client');
}

function arriving(context: ProofContext, iif: string): Bdd {
  const fromClients = or(inSet('sport', [{ lo: 1024, hi: 65535 }]), not(isTcpOrUdp));
  return packetsWhere(
    context,
    and(asks, fromClients, isOutside(context, 'src'), or(isOwn(context), isOutside(context)), equals('mark', 0)),
    { iif },
  );
}

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
  const excused = context.stalledWithoutRules(place);
  const ofRelay = dir === 'out' ? packetsWhere(context, or(ofProxy(context), ofProxyGroup(context))) : EMPTY;
  for (const one of context.connections(place)) {
    if (one.end !== 'stalls' && !(one.end === 'undecided' && one.part !== 'first')) continue;
    // what the proxy sends to itself is a loop, whatever becomes of its answers
    const asked = isRelayed(context, one.first) ? manager.minus(within, ofRelay) : within;
    const set = manager.minus(manager.and(one.set, asked), excused);
    if (set === EMPTY) continue;
    const unknown = one.doubts.filter(({ why }) => why === 'unmodelled');
    if (one.end === 'undecided' || unknown.length > 0) {
      const rules = unknown.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
      doubts.push({ set, rules, why: unknown.map(({ what }) => what).join(', ') });
    } else
      violations.push({
        kind: 'packets',
        set,
        dir,
        ...place,
        outcome: 'stalled',
        by: stoppedBy(one),
        within,
        why: stallWords(one),
        apart: stallWords(one),
      });
  }
  return { violations, doubts };
}
