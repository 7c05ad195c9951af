/** First packets whose later ones may match some rules: more perhaps, never fewer, and found without a walk. An answer has the ends of its first
 *  packet the other way round, where NAT does not change them; the sender's next packets have those of the first; ICMP errors about a connection
 *  come from the other end to either side. */

import { includes } from '../lib/intervals.ts';
import { type PartName, TCP_PARTS } from '../netfilter/connectionParts.ts';
import type { Effect } from '../netfilter/effect.ts';
import { does } from '../netfilter/everyEffect.ts';
import { askingOnly, type MatchExpr, NEVER, unmodelled } from '../netfilter/matchExpr.ts';
import type { Field } from '../packet/fields.ts';
import { CT_STATES, type CtDirection } from '../packet/packet.ts';
import { everyRule, rulesOfTables } from '../ruleset/everyRule.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { isNatTable } from '../ruleset/stages.ts';
import { type ErrorKind, errorKinds } from '../symbolic/connection/errorPackets.ts';
import { askingPackets } from '../symbolic/connection/opening.ts';
import { laterNames } from '../symbolic/connection/walkStep.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { constant } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import type { Env } from '../symbolic/walk/state.ts';
import { answerEnds } from '../symbolic/walk/tuples.ts';
import { type AtPlace, mayMatchAt } from './reach.ts';
import { envAt, isKnown, placesOf, type TraversalPoint } from './traversalPoint.ts';

export interface LaterReach {
  readonly rules: ReadonlySet<Rule>;
  /** where the first packets arrive; undefined: they are sent here */
  readonly iif: string | undefined;
}

export function laterMayMatch(space: Space, ruleset: Ruleset, { rules, iif }: LaterReach): readonly Bdd[] {
  if (rules.size === 0) return [];
  const { manager, has } = space;
  const finds = someRuleDoes(ruleset, 'conntrack');
  // a later packet comes to nat only when its connection is not found
  const isAsked = ({ chain }: TraversalPoint): boolean => finds || chain.base.kind !== 'nat';
  const third = placesOf(ruleset, iif).filter(isAsked);
  const ways = [undefined, ...space.host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo')];
  const back = ways.flatMap((way) => placesOf(ruleset, way)).filter(isAsked);
  const natted = rulesOfTables(ruleset, isNatTable).some(changesEnds);
  const flagged = (env: Env, name: PartName): Env => ({ ...env, flags: constant(TCP_PARTS[name]?.flags ?? 0, env.flags.length) });
  const laterAt =
    (name: PartName) =>
    (place: TraversalPoint): AtPlace => ({
      space,
      env: flagged(envAt(space, place), name),
      part: (expr) => certain(expr, finds, (field) => field !== 'length' && isKnown(field, place)),
    });
  const answerAt =
    (name: PartName) =>
    (place: TraversalPoint): AtPlace => ({
      space,
      env: { ...flagged(envAt(space, place), name), ...answerEnds(space) },
      part: (expr) => certain(expr, finds, (field) => (ENDS.has(field) ? !natted : ALIKE.has(field) && isKnown(field, place))),
    });
  const errorAt =
    ({ own, about }: ErrorKind) =>
    (place: TraversalPoint): AtPlace => ({
      space: own,
      env: { ...envAt(own, place), ...(about === 'original' && answerEnds(space)) },
      part: (expr) => certain(expr, finds, (field) => (ENDS.has(field) ? !natted : OF_ERROR.has(field))),
    });
  const of = (places: readonly TraversalPoint[], at: (place: TraversalPoint) => AtPlace): Bdd =>
    manager.any(places.flatMap((place) => mayMatchAt(place, rules, at)));
  const opening = askingPackets(space);
  const served = manager.and(opening, has.ports);
  const distinct = (direction: CtDirection) => laterNames(space, ruleset, direction);
  return [
    ...distinct('reply').map((name) => manager.and(of(back, answerAt(name)), opening)),
    ...distinct('original').map((name) => manager.and(of(third, laterAt(name)), served)),
    ...errorKinds(space, ruleset).map((kind) => manager.and(of(back.filter(isArrival), errorAt(kind)), served)),
  ];
}

function isArrival({ iif }: TraversalPoint): boolean {
  return iif !== undefined;
}

const ENDS: ReadonlySet<Field> = new Set<Field>(['src', 'dst', 'sport', 'dport', 'srcType', 'dstType', 'srcTypeFrom', 'dstTypeFrom']);
/** What answers have as first packets do, or what is known of them by place. */
const ALIKE: ReadonlySet<Field> = new Set<Field>(['proto', 'iif', 'flags']);
const OF_ERROR: ReadonlySet<Field> = new Set<Field>(['proto', 'iif', 'icmpType', 'icmpCode']);

function someRuleDoes(ruleset: Ruleset, kind: Effect['kind']): boolean {
  return everyRule(ruleset).some((rule) => does(rule, kind));
}

function changesEnds(rule: Rule): boolean {
  return does(rule, 'nat', 'unmodelled');
}

/** As far as it asks about what is certain. Where every connection is found, none of its later packets is new. */
function certain(expr: MatchExpr, finds: boolean, isCertain: (field: Field) => boolean): MatchExpr {
  switch (expr.kind) {
    case 'and':
    case 'or':
      return { kind: expr.kind, of: expr.of.map((part) => certain(part, finds, isCertain)) };
    case 'not':
      return { kind: 'not', of: certain(expr.of, finds, isCertain) };
    case 'in':
      if (expr.field === 'ctstate' && !finds && !LATER_STATES.some((state) => includes(expr.intervals, state))) return NEVER;
      return isCertain(expr.field) ? expr : unmodelled('of a later packet');
    case 'masked':
    case 'present':
      return isCertain(expr.field) ? expr : unmodelled('of a later packet');
    case 'tuple':
      return askingOnly(expr, isCertain, unmodelled('of a later packet'));
    default:
      return expr;
  }
}

const LATER_STATES: readonly number[] = CT_STATES.flatMap((state, index) => (state === 'NEW' ? [] : [index]));
