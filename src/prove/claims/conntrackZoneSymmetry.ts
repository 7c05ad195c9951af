/** Questions and their answers are one connection. source: docs/facts/istio.md#dns */

import { outcomesOf } from '../../connection/outcomesOf.ts';
import { type Replies, repliesTo } from '../../connection/replies.ts';
import type { ForcedState } from '../../netfilter/firstState.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { ALWAYS, and, equals, inSet, NEVER, not, or } from '../../netfilter/matchExpr.ts';
import { familyOf, prefixRange } from '../../packet/address.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Preferences } from '../../symbolic/words/witness.ts';
import type { Claim, Doubtful, Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';
import { packetsWhere } from '../proof/context.ts';
import { guestAddress } from '../proof/guests.ts';
import { fromEphemeralPort, isCapturedDns, isNew, isOutside, isTcpOrUdp, portsOf, toPorts } from '../proof/scopes.ts';

export const conntrackZoneSymmetry: Claim = {
  id: 'conntrack-zone-symmetry',
  level: 'error',
  needs: 'proxy',
  statement: 'The answer to every packet that leaves, or that the proxy takes, is looked up in the conntrack zone of its question.',
  skip: ({ ruleset }) => {
    const raw = [...(ruleset.tables.get('raw')?.chains.values() ?? [])].flatMap(({ rules }) => rules);
    return raw.some(({ effect }) => effect.kind === 'conntrack') ? undefined : 'no rule sets a conntrack zone';
  },
  judge: (context) => {
    const { manager } = context.space;
    const violations: Violation[] = [];
    const doubts: Doubtful[] = [];
    const marks = [0, context.declared.proxyMark?.value ?? 0];
    const asked = manager.any(
      marks.map((mark) =>
        manager.and(packetsWhere(context, and(questions(context), equals('mark', mark))), chosenSources(context.space, mark)),
      ),
    );
    const judge = (one: FateClass, within: Bdd, prefer: Preferences = []): void => {
      const set = manager.and(one.set, within);
      const place = answerPlace(context, one);
      if (set === EMPTY || place === undefined) return;
      const replies = repliesTo(context.space, { ...one, set });
      if (replies === undefined) doubts.push({ set, rules: [], why: 'the answer is not simply the question the other way round' });
      else {
        const answers = { set: manager.and(replies.set, packetsWhere(context, place.when, place)), rewritten: replies.rewritten };
        violations.push(...elsewhere(context, { one, replies: answers, place, prefer }));
      }
    };
    for (const one of context.out()) judge(one, asked);
    for (const iif of context.arrivals) {
      const arriving = packetsWhere(context, and(questionsOfOthers(context), fromNetworkOf(context, iif), equals('mark', 0)), { iif });
      const asker = guestAddress(context, iif);
      for (const one of context.in(iif)) if (isRewritten(context, one)) judge(one, arriving, [['dst', asker]]);
    }
    return { violations, doubts };
  },
};

/** Of DNS only those to servers that it is captured for, where it is: no process asks the others, and none asks the agent on its own port. */
function questions(context: ProofContext) {
  const { dns } = context.declared;
  const others = dns === 'off' ? NEVER : and(equals('dport', 53), not(isCapturedDns(context)));
  return and(isTcpOrUdp, isNew, fromEphemeralPort, not(or(others, toPorts(portsOf(context, 'dns')))));
}

/** What other hosts and guests ask by way of this one. */
function questionsOfOthers(context: ProofContext) {
  return and(isTcpOrUdp, isNew, fromEphemeralPort, isOutside(context, 'src'), not(toPorts(portsOf(context, 'dns'))));
}

/** Of guests of the mesh only those that are in their network. */
function fromNetworkOf({ declared, host, ruleset }: ProofContext, iif: string): MatchExpr {
  if (!declared.virtualInterfaces.includes(iif)) return ALWAYS;
  const own = host.interfaces.find(({ name }) => name === iif)?.addresses ?? [];
  return inSet('src', own.filter(({ address }) => familyOf(address) === ruleset.family).map(prefixRange));
}

/** The answer has to be rewritten back: another zone has no record of how. */
function isRewritten({ space }: ProofContext, { env }: FateClass): boolean {
  return (['src', 'dst', 'sport', 'dport'] as const).some((field) => env[field].some((bit, at) => bit !== space.start[field][at]));
}

interface AnswerPlace {
  readonly dir: 'in' | 'out';
  readonly iif?: string;
  readonly when: Parameters<typeof packetsWhere>[1];
}

/** Where the answer shows up first: on the interface, or here when a listener of the proxy sends it. */
function answerPlace(context: ProofContext, { fate, env }: FateClass): AnswerPlace | undefined {
  if (env.original === undefined) return undefined;
  if (fate.kind === 'sent' || fate.kind === 'forwarded')
    return { dir: 'in', iif: fate.oif, when: and(isOutside(context, 'src'), equals('mark', 0)) };
  if (fate.kind !== 'delivered' || fate.listener?.process !== context.profile?.process.name) return undefined;
  const identity = fate.listener === undefined ? undefined : context.host.processes.get(fate.listener.process);
  if (identity === undefined) return undefined;
  const mark = equals('mark', context.declared.proxyMark?.value ?? 0);
  return { dir: 'out', when: and({ kind: 'present', field: 'uid' }, equals('uid', identity.uid), equals('gid', identity.gid), mark) };
}

interface Answer {
  readonly one: FateClass;
  readonly replies: Replies;
  readonly place: AnswerPlace;
  /** values for the example */
  readonly prefer: Preferences;
}

/** Looked up in another zone the answer is of no connection: it goes the way of a first packet, and nothing of the question is undone. */
function elsewhere(context: ProofContext, { one, replies, place, prefer }: Answer): readonly Violation[] {
  const { manager } = context.space;
  const known = { state: 'ESTABLISHED', connmark: 0, direction: 'reply', rewritten: replies.rewritten } as const;
  const where = { dir: place.dir, ...(place.iif === undefined ? {} : { iif: place.iif }) };
  const within = manager.and(replies.set, context.where(where));
  const walked = (forced?: ForcedState) => (place.dir === 'out' ? context.out(forced) : context.in(place.iif ?? '', forced));
  return walked(known).flatMap((end): readonly Violation[] => {
    const set = manager.and(end.set, within);
    if (set === EMPTY || end.env.state === undefined || (end.env.state === 'ESTABLISHED' && end.env.replyZone === one.env.replyZone))
      return [];
    const by = zoneRules(context, place).find(({ match }) => manager.and(set, packetsWhere(context, match, where)) !== EMPTY);
    const named = by === undefined ? '' : ` (${by.chain}#${by.number} in table raw)`;
    return walked().flatMap((first): readonly Violation[] => {
      const met = manager.and(first.set, set);
      if (met === EMPTY) return [];
      return outcomesOf(context, first, met).map((part) => ({
        kind: 'packets',
        set: part.set,
        ...where,
        outcome: part.outcome,
        by,
        within: packetsWhere(context, and(place.when, ANSWERS), where),
        prefer,
        why: `the question is in conntrack zone ${one.env.replyZone}, its answer in zone ${end.env.replyZone}${named}: it is taken for a new connection`,
      }));
    });
  });
}

/** What repliesTo() gives all of them: no part of an answer distinguishes it there. */
const ANSWERS = and(isTcpOrUdp, equals('ttl', 64), equals('fragOffset', 0), inSet('dport', [{ lo: 32768, hi: 60999 }]));

function zoneRules({ ruleset }: ProofContext, { dir }: AnswerPlace): readonly Rule[] {
  const { rules = [] } = ruleset.tables.get('raw')?.chains.get(dir === 'out' ? 'OUTPUT' : 'PREROUTING') ?? {};
  return rules.filter(({ effect }) => effect.kind === 'conntrack');
}
