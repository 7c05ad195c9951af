import { outcomesOf } from '../../connection/outcomesOf.ts';
import { relayOf } from '../../mesh/relay.ts';
import { ERRORS_ABOUT, type PartName } from '../../netfilter/connectionParts.ts';
import { or } from '../../netfilter/matchExpr.ts';
import type { ConnectionEnd } from '../../symbolic/connection/going.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Claim, Doubtful, Judgement, Level, Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { packetsWhere } from '../proof/context.ts';
import { doubtAbout } from '../proof/doubts.ts';
import { evenWithoutRules, lostEvenWithoutRules, openedArriving, openedHere } from '../proof/opened.ts';
import { ofProxy, ofProxyGroup } from '../proof/scopes.ts';
import { stallWords } from '../proof/stalls.ts';
import type { Ingress } from '../proof/traffic.ts';

export const connectionsComplete: Claim = {
  id: 'connections-complete',
  level: 'error',
  needs: 'application',
  statement:
    'Every connection whose first packet the rules let arrive, here or at another host, completes: its answer comes back, the third packet of TCP arrives, and so does data both ways. So do ICMP errors about it, FIN and RST.',
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    const parts = [
      judgeWay(context, {}, openedHere(context)),
      ...context.arrivals.map((iif) => judgeWay(context, { iif }, openedArriving(context, iif))),
    ];
    const judgement = {
      violations: parts.flatMap(({ violations }) => violations),
      doubts: parts.flatMap(({ doubts }) => doubts),
      ...(parts.some(({ notes }) => notes !== undefined) && { notes: [OPENS_ONLY] }),
    };
    return parts.every(({ vacuous }) => vacuous === true) ? { ...judgement, vacuous: true } : judgement;
  },
};

const OPENS_ONLY =
  'connections-complete: of connections whose answers conntrack does not track, or looks up in another zone, it is checked whether they open, not what follows';

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
  const stalls = ({ end }: ConnectionEnd): boolean => end === 'stalls';
  // what no rule is needed for to fail breaks no promise of the rules
  const excused = () => evenWithoutRules(context, place, stalls);
  const ofRelay = dir === 'out' ? packetsWhere(context, or(ofProxy(context), ofProxyGroup(context))) : EMPTY;
  const judged = (one: ConnectionEnd, { but, more }: { readonly but: () => Bdd; readonly more: (set: Bdd) => readonly Breach[] }): void => {
    // what the proxy sends to itself is a loop, whatever becomes of its answers
    const asked = isRelayed(context, one.first) ? manager.minus(within, ofRelay) : within;
    const met = manager.and(one.set, asked);
    const set = met === EMPTY ? EMPTY : manager.minus(met, but());
    if (set === EMPTY) return;
    const doubt = doubtAbout(one, set);
    if (doubt !== undefined) doubts.push(doubt);
    else for (const end of more(set)) violations.push({ kind: 'packets', dir, ...place, by: one.last.decided, within, ...end });
  };
  const connections = context.connections(place);
  for (const one of connections) {
    if (one.end !== 'stalls' && !(one.end === 'undecided' && one.part !== 'first')) continue;
    const why = stallWords(one);
    judged(one, { but: excused, more: (set) => [{ set, outcome: 'stalled', why, apart: why }] });
  }
  const told = new Map<unknown, Bdd>();
  for (const one of context.asides(place)) {
    if (one.end === 'completes' || isStray(one)) continue;
    const { level, means = '' } = ASIDES[one.part] ?? { level: 'warning' };
    // a rule that drops several is told by the first of them
    const rule = one.last.decided ?? one.part;
    const known = told.get(rule) ?? EMPTY;
    const but = () => manager.or(known, lostEvenWithoutRules(context, place, one.part));
    const why = `${stallWords(one)}${means}`;
    const more = (set: Bdd): readonly Breach[] =>
      outcomesOf(context, one.first, set).map((end) => ({ ...end, why, apart: why, level, aside: one.part }));
    judged(one, { but, more });
    told.set(rule, manager.or(known, one.set));
  }
  const isCut = connections.some(({ opensOnly, set }) => opensOnly === true && manager.and(set, within) !== EMPTY);
  return { violations, doubts, ...(isCut && { notes: [OPENS_ONLY] }) };
}

/** What a router says of packets with another host's address finds its way to a proxy by rules of their own at best: of errors those count that
 *  rules drop. */
function isStray({ part, last: { fate }, end }: ConnectionEnd): boolean {
  return end === 'stalls' && fate.kind !== 'dropped' && fate.kind !== 'rejected' && ERRORS_ABOUT.some(({ name }) => name === part);
}

type Breach = Pick<Extract<Violation, { kind: 'packets' }>, 'set' | 'outcome' | 'why' | 'apart' | 'level' | 'aside'>;

const NO_MTU =
  ': its sender does not hear that packets are too big for a link on the way, and sends them again and again (path MTU discovery)';
const NO_REASON = ': its sender waits where it could know at once';
const NO_END = ': the other side keeps the connection until it times out';

/** What it means that a packet by the side of a connection does not arrive. */
const ASIDES: Readonly<Partial<Record<PartName, { readonly level: Level; readonly means?: string }>>> = {
  'too-big': { level: 'warning', means: NO_MTU },
  'too-big-back': { level: 'warning', means: NO_MTU },
  'ttl-exceeded': { level: 'info', means: NO_REASON },
  'ttl-exceeded-back': { level: 'info', means: NO_REASON },
  'port-unreachable': { level: 'info', means: NO_REASON },
  'port-unreachable-back': { level: 'info', means: NO_REASON },
  fin: { level: 'warning', means: NO_END },
  'fin-back': { level: 'warning', means: NO_END },
  reset: { level: 'warning', means: NO_END },
  'reset-back': { level: 'warning', means: NO_END },
};
