/** The two families of one pod, packet kind by packet kind. A kind is all of a packet but its addresses: those count by what they are,
 *  other hosts or this pod. Every outcome that some packet of a kind has in IPv4, one of that kind must have in IPv6, and the reverse. */

import { outcomesOf } from '../../connection/outcomesOf.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { and, equals, or } from '../../netfilter/matchExpr.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../../symbolic/diagrams/bdd.ts';
import { projectFields } from '../../symbolic/space/project.ts';
import type { Space } from '../../symbolic/space/space.ts';
import { START_FIELDS } from '../../symbolic/space/space.ts';
import { chosenSources } from '../../symbolic/walk/sources.ts';
import type { Violation } from './claim.ts';
import type { ProofContext } from './context.ts';
import { packetsWhere } from './context.ts';
import { inboundInterfaces, isLocalhost, isNew, isOutside, isOwn, isTcpOrUdp, ofApplication, ofProxy } from './scopes.ts';
import type { Ingress } from './traffic.ts';

interface Region {
  readonly place: Ingress;
  readonly when: (context: ProofContext) => MatchExpr;
}

export function differences(six: ProofContext, four: ProofContext): readonly Violation[] {
  const senders = (context: ProofContext): MatchExpr => or(ofApplication(context), ofProxy(context));
  const regions: readonly Region[] = [
    { place: {}, when: (context) => and(senders(context), isOutside(context)) },
    { place: {}, when: (context) => and(senders(context), isOwn(context)) },
    { place: {}, when: (context) => and(senders(context), isLocalhost(context)) },
    ...inboundInterfaces(six).map(
      (iif): Region => ({ place: { iif }, when: (context) => and(isOutside(context, 'src'), isOwn(context), equals('mark', 0)) }),
    ),
  ];
  return regions.flatMap((region) => compare(six, four, region));
}

function compare(six: ProofContext, four: ProofContext, region: Region): readonly Violation[] {
  const { manager } = six.space;
  const theirs = kindsOf(four, region);
  const ours = kindsOf(six, region);
  const translated = new Map([...theirs].map(([outcome, set]) => [outcome, translateSet(four.space, six.space, set)]));
  // what the kernel loses in one family has no counterpart
  const lost = manager.any([translated.get('lost') ?? EMPTY, ours.get('lost') ?? EMPTY]);
  const differing = [...new Set([...translated.keys(), ...ours.keys()])]
    .filter((outcome) => outcome !== 'lost')
    .map((outcome) => manager.xor(translated.get(outcome) ?? EMPTY, ours.get(outcome) ?? EMPTY));
  const kinds = manager.minus(manager.any(differing), lost);
  if (kinds === EMPTY) return [];
  const within = manager.and(scope(six, region), six.where(region.place));
  const { iif } = region.place;
  return classesOf(six, region).flatMap((end) =>
    outcomesOf(six, end, manager.all([end.set, within, kinds])).flatMap(({ outcome, set }): readonly Violation[] => {
      const meant = [...translated].find(([other, kind]) => other !== outcome && manager.and(kind, set) !== EMPTY)?.[0];
      if (set === EMPTY || meant === undefined || manager.minus(kinds, ours.get(outcome) ?? EMPTY) === kinds) return [];
      const why = `${outcome} over IPv6, ${meant} over IPv4`;
      return [{ kind: 'packets', set, dir: iif === undefined ? 'out' : 'in', ...region.place, outcome, by: end.decided, within, why }];
    }),
  );
}

function classesOf(context: ProofContext, { place: { iif } }: Region) {
  return iif === undefined ? context.out() : context.in(iif);
}

function scope(context: ProofContext, { place, when }: Region): Bdd {
  const sources = place.iif === undefined ? chosenSources(context.space, context.declared.proxyMark?.value ?? 0) : FULL;
  return context.space.manager.and(packetsWhere(context, and(isTcpOrUdp, isNew, when(context)), place), sources);
}

/** For every outcome the kinds that have it. */
function kindsOf(context: ProofContext, region: Region): ReadonlyMap<string, Bdd> {
  const { manager } = context.space;
  const within = scope(context, region);
  const kinds = new Map<string, Bdd>();
  for (const end of classesOf(context, region)) {
    for (const { outcome, set } of outcomesOf(context, end, manager.and(end.set, within))) {
      if (set !== EMPTY) kinds.set(outcome, manager.or(kinds.get(outcome) ?? EMPTY, withoutAddresses(context.space, set)));
    }
  }
  return kinds;
}

const OTHERS = START_FIELDS.filter((field) => field !== 'src' && field !== 'dst');

function withoutAddresses(space: Space, set: Bdd): Bdd {
  return projectFields(space, set, OTHERS);
}

/** A set in another space. Addresses are the first variables of a space; all others follow in the same order. */
export function translateSet(from: Space, to: Space, set: Bdd): Bdd {
  const shift = to.offsets.dport - from.offsets.dport;
  const known = new Map<Bdd, Bdd>();
  const walk = (at: Bdd): Bdd => {
    if (at === EMPTY || at === FULL) return at;
    const cached = known.get(at);
    if (cached !== undefined) return cached;
    const made = to.manager.node(from.manager.variableOf(at) + shift, walk(from.manager.low(at)), walk(from.manager.high(at)));
    known.set(at, made);
    return made;
  };
  return walk(set);
}
