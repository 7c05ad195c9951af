/** A connection is in one conntrack zone. source: docs/facts/istio.md#dns */

import { outcomesOf } from '../../connection/outcomesOf.ts';
import { PART_WORDS } from '../../connection/partWords.ts';
import { OPENING_PARTS } from '../../netfilter/connectionParts.ts';
import { does, effectsOfKind } from '../../netfilter/everyEffect.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { and, equals, inSet, NEVER, not, or } from '../../netfilter/matchExpr.ts';
import { familyOf, prefixRange } from '../../packet/address.ts';
import { rulesOfTables } from '../../ruleset/everyRule.ts';
import { rulesAt } from '../../ruleset/ruleShape.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { runsBeforeLookup } from '../../ruleset/stages.ts';
import type { ConnectionEnd } from '../../symbolic/connection/going.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import type { Space } from '../../symbolic/space/space.ts';
import { encode } from '../../symbolic/walk/encode.ts';
import { type Env, startEnv } from '../../symbolic/walk/state.ts';
import type { FateClass } from '../../symbolic/walk/traverse.ts';
import type { Claim, Doubtful, Judgement, Violation } from '../proof/claim.ts';
import { type ProofContext, packetsWhere } from '../proof/context.ts';
import { doubtAbout } from '../proof/doubts.ts';
import { guestAddress } from '../proof/guests.ts';
import { evenWithoutRules, openedArriving, openedHere } from '../proof/opened.ts';
import { isCapturedDns, isTcpOrUdp, portsOf, toPorts } from '../proof/scopes.ts';
import type { Ingress } from '../proof/traffic.ts';

export const conntrackZoneSymmetry: Claim = {
  id: 'conntrack-zone-symmetry',
  level: 'error',
  needs: 'proxy',
  statement:
    'Every packet of a TCP or UDP connection that is opened here or that NAT rewrites is looked up in the conntrack zone of the first one.',
  skip: ({ ruleset }) => {
    return rulesOfTables(ruleset, runsBeforeLookup).some((rule) => does(rule, 'conntrack')) ? undefined : 'no rule sets a conntrack zone';
  },
  judge: (context) => {
    const ways = [judgeWay(context, {}), ...context.arrivals.map((iif) => judgeWay(context, { iif }))];
    return { violations: ways.flatMap(({ violations }) => violations), doubts: ways.flatMap(({ doubts }) => doubts) };
  },
};

function judgeWay(context: ProofContext, place: Ingress): Judgement {
  const { manager } = context.space;
  const { iif } = place;
  const scope = manager.all([
    iif === undefined ? openedHere(context) : openedArriving(context, iif),
    packetsWhere(context, asked(context, iif), place),
    context.where(place),
  ]);
  if (scope === EMPTY) return { violations: [], doubts: [] };
  const violations: Violation[] = [];
  const doubts: Doubtful[] = [];
  const excused = () => evenWithoutRules(context, place, ({ end }) => end === 'stalls');
  for (const one of context.connections(place)) {
    if (one.strayed === undefined) continue;
    const strays = manager.and(one.set, scope);
    const set = strays === EMPTY ? EMPTY : manager.minus(strays, excused());
    if (set === EMPTY || (one.end === 'completes' && !isPromised(context, place, one.first))) continue;
    const doubt = doubtAbout(one, set);
    if (doubt !== undefined) doubts.push(doubt);
    else violations.push(...elsewhere(context, { one, set, place, within: scope }));
  }
  return { violations, doubts };
}

/** Of DNS only questions to servers that it is captured for, where it is: no process asks the others, and none asks the agent on its
 *  own port. Of guests of the mesh only those that are in their network. */
function asked(context: ProofContext, iif: string | undefined): MatchExpr {
  const { declared, host, ruleset } = context;
  const others = declared.dns === 'off' || iif !== undefined ? NEVER : and(equals('dport', 53), not(isCapturedDns(context)));
  const plain = and(isTcpOrUdp, not(or(others, toPorts(portsOf(context, 'dns')))));
  if (iif === undefined || !declared.virtualInterfaces.includes(iif)) return plain;
  const own = host.interfaces.find(({ name }) => name === iif)?.addresses ?? [];
  return and(plain, inSet('src', own.filter(({ address }) => familyOf(address) === ruleset.family).map(prefixRange)));
}

/** What leaves, and what the proxy takes, is to be one connection. Others that conntrack knows by half work all the same, unless the answer
 *  has to be rewritten back: another zone has no record of how. */
function isPromised(context: ProofContext, { iif }: Ingress, first: FateClass): boolean {
  const { fate } = first;
  const isOthers = fate.kind === 'delivered' && fate.listener?.process !== context.profile?.process.name;
  return (iif === undefined && !isOthers) || isRewritten(context, first);
}

function isRewritten({ space }: ProofContext, { env }: FateClass): boolean {
  return (['src', 'dst', 'sport', 'dport'] as const).some((field) => env[field].some((bit, at) => bit !== space.start[field][at]));
}

interface Astray {
  readonly one: ConnectionEnd;
  readonly set: Bdd;
  readonly place: Ingress;
  readonly within: Bdd;
}

function elsewhere(context: ProofContext, { one, set, place, within }: Astray): readonly Violation[] {
  const { strayed, known, first } = one;
  if (strayed === undefined || known.entry === undefined) return [];
  const { iif } = place;
  const { direction } = strayed.step;
  const zoneOf = ({ zone, replyZone }: Pick<Env, 'zone' | 'replyZone'>) => (direction === 'reply' ? replyZone : zone);
  const { start, env } = strayed;
  const there = { ...start, set, zone: zoneOf(env) };
  const home = {
    space: context.space,
    env: startEnv(context.space, { iif, owned: iif === undefined }),
    iif,
    set,
    zone: zoneOf(known.entry),
  };
  const wrong = zoneRule(context, there);
  const right = zoneRule(context, home);
  const why = `the connection is in conntrack zone ${home.zone}${placeOf(right)}, its ${PART_WORDS[strayed.part]} is looked up in zone ${there.zone}${placeOf(wrong)}`;
  // a connection that is open has the outcome of its first packet, whatever becomes of its data
  const stalls = one.end === 'stalls' && OPENING_PARTS.includes(one.part);
  const ends = stalls ? [{ outcome: 'stalled' as const, set }] : outcomesOf(context, first, set);
  const by = wrong ?? right;
  const more = { ...(by && { blame: [by] }), ...(iif !== undefined && { prefer: [['src', guestAddress(context, iif)] as const] }) };
  const dir = iif === undefined ? 'out' : 'in';
  return ends.map((end) => ({ kind: 'packets', ...end, dir, ...place, by, within, why, ...more }));
}

function placeOf(rule: Rule | undefined): string {
  return rule === undefined ? '' : ` (${rule.chain}#${rule.number} in table raw)`;
}

interface Starting {
  readonly space: Space;
  readonly env: Env;
  readonly iif: string | undefined;
  readonly set: Bdd;
  readonly zone: number;
}

/** The first rule that puts packets that start so into this zone. */
function zoneRule({ ruleset }: ProofContext, { space, env, iif, set, zone }: Starting): Rule | undefined {
  const rules = rulesAt(ruleset, iif === undefined ? 'OUTPUT' : 'PREROUTING', 'before-lookup').map(({ rule }) => rule);
  return rules.find(
    (rule) =>
      effectsOfKind(rule, 'conntrack').some((effect) => effect.track && effect.zone?.id === zone) &&
      space.manager.and(set, encode(space, env, rule.match).may) !== EMPTY,
  );
}
