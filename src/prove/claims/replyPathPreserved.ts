/** Answers take the way of their questions. source: docs/facts/istio.md#tproxy, docs/facts/istio.md#ambient */
import { outcomesOf } from '../../connection/outcomesOf.ts';
import { equals } from '../../netfilter/matchExpr.ts';
import { WAYS_BACK } from '../../packet/fields.ts';
import type { ConnectionEnd } from '../../symbolic/connection/going.ts';
import type { PartEnd } from '../../symbolic/connection/walkPart.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Claim, Violation } from '../proof/claim.ts';
import { type ProofContext, packetsWhere } from '../proof/context.ts';
import { evenWithoutRules, openedArriving, openedHere } from '../proof/opened.ts';
import type { Ingress } from '../proof/traffic.ts';

export const replyPathPreserved: Claim = {
  id: 'reply-path-preserved',
  level: 'error',
  needs: 'application',
  statement:
    "The answer to every accepted connection goes back where it came from: out by its client's interface, to the process here that asked, and to the proxy where it used the client's address.",
  skip: ({ profile }) => (profile === undefined ? 'there is no mesh' : undefined),
  judge: (context) => {
    const violations = [...askedHere(context), ...context.arrivals.flatMap((iif) => askedFrom(context, iif))];
    return { violations, doubts: [] };
  },
};

type Why = (answer: PartEnd) => string | undefined;

/** What processes here ask of this host: the answer is not to leave it. */
function askedHere(context: ProofContext): readonly Violation[] {
  const leaves: Why = ({ fate }) =>
    fate.kind === 'sent' || fate.kind === 'forwarded' ? `the answer to a process of this host leaves by ${fate.oif}` : undefined;
  return astray(context, {}, leaves);
}

function askedFrom(context: ProofContext, iif: string): readonly Violation[] {
  const elsewhere: Why = ({ fate }) => {
    if (fate.kind === 'delivered') return 'the answer to another host is delivered here';
    const goesOut = fate.kind === 'sent' || fate.kind === 'forwarded';
    return goesOut && fate.oif !== iif ? `the answer to what came by ${iif} leaves by ${fate.oif}` : undefined;
  };
  return astray(context, { iif }, elsewhere);
}

/** Of a client that is behind this interface, as the routes say. */
const COMES_HERE = equals('wayBack', WAYS_BACK.indexOf('here'));

/** Connections that are accepted here, whose answer goes another way than without any rule. */
function astray(context: ProofContext, place: Ingress, why: Why): readonly Violation[] {
  const { manager } = context.space;
  const { iif } = place;
  const opened =
    iif === undefined ? openedHere(context) : manager.and(openedArriving(context, iif), packetsWhere(context, COMES_HERE, place));
  const scope = manager.and(opened, context.where(place));
  const dir = iif === undefined ? 'out' : 'in';
  const whyOf = ({ first, answer }: ConnectionEnd): string | undefined =>
    first.fate.kind === 'delivered' && answer !== undefined ? why(answer) : undefined;
  const excused = () => evenWithoutRules(context, place, (one) => whyOf(one) !== undefined);
  return context.connections(place).flatMap((one): readonly Violation[] => {
    const said = whyOf(one);
    const strays = said === undefined ? EMPTY : manager.and(one.set, scope);
    const set = strays === EMPTY ? EMPTY : manager.minus(strays, excused());
    if (said === undefined || set === EMPTY || one.doubts.some((doubt) => doubt.why === 'unmodelled')) return [];
    const ends = one.end === 'stalls' ? [{ outcome: 'stalled' as const, set }] : outcomesOf(context, one.first, set);
    return ends.map((end) => ({ kind: 'packets', ...end, dir, ...place, by: one.answer?.decided, within: scope, why: said, apart: said }));
  });
}
