/** From sets of changed packets to what people read: classes, each with a packet that the simulator walks on both sides. */
import type { Journey, Outcome, Path } from '../connection/journey.ts';
import { packetWords } from '../connection/packetWords.ts';
import type { End } from '../connection/symbolicJourney.ts';
import { ordinaryPackets, packetsForHere, stopsHere } from '../connection/typicalPackets.ts';
import { walkJourney } from '../connection/walkJourney.ts';
import { isForwarding } from '../host/sourceCheck.ts';
import { groupBy } from '../lib/groupBy.ts';
import { InvariantError, invariant } from '../lib/invariant.ts';
import { packetText } from '../packet/notation.ts';
import type { Packet } from '../packet/packet.ts';
import type { Level } from '../prove/proof/claim.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { shareOf } from '../symbolic/diagrams/fractionOfSpace.ts';
import { between } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { pickWitness, usualPreferences } from '../symbolic/words/witness.ts';
import { decidingPair, endsOfPath, isWhole, observed, stallsOf } from './divergence.ts';
import type { OutcomeChange } from './outcomes.ts';
import { type DiffQuestion, hostAround, type Sides } from './question.ts';
import type { WayChanges } from './rules.ts';
import { levelOf, SEVERITIES, type Severity, seriousness, USUAL, type Usual } from './severity.ts';
import { toldApart } from './toldApart.ts';
import { withWords } from './withWords.ts';

/** Packets that change alike. */
export interface ChangedClass {
  readonly severity: Severity;
  readonly usual: Usual;
  /** in words: those of them that an application would send or receive, where there are some */
  readonly packets: string;
  /** one of them; the simulator shows the change */
  readonly example: Packet;
  readonly base: ChangedSide;
  readonly head: ChangedSide;
}

export interface ChangedSide {
  readonly journey: Journey;
  /** one that the other side does not have, where there is one */
  readonly path: Path;
  /** more than one where chance decides */
  readonly outcomes: readonly Outcome[];
  /** the rule that decides where the two sides part; absent: a policy or the end of a chain does */
  readonly rule?: Rule;
}

/** Packets for which it depends on something that is not modelled whether they change. */
export interface UnclearClass {
  /** of the worst that may become of them */
  readonly level: Level;
  readonly packets: string;
  readonly reason: string;
  readonly rules: Sides<readonly Rule[]>;
}

/** More kinds of change than this are distinguished by outcome only. */
const MANY = 64;

interface Group {
  readonly iif: string | undefined;
  readonly set: Bdd;
  readonly severity: Severity;
  /** what changes is only seen in answers or later packets, on one side at least */
  readonly stalls: boolean;
  /** errors about the connections, or their closing: more of the example has to be walked */
  readonly isAside: boolean;
  /** packets of one class agree on each condition of `apart`: those that hold for this one */
  readonly holds: string;
}

export function changedClasses(space: Space, question: DiffQuestion, ways: readonly WayChanges[]): readonly ChangedClass[] {
  const all = ways.flatMap(({ iif, changes }) =>
    changes.flatMap((change) => toldApart(space, question.apart, { set: change.set, iif }).map((part) => ({ ...change, iif, ...part }))),
  );
  const byRule = grouped(space, all, ({ base, head }) => `${ruleKey(base)} ${ruleKey(head)}`);
  const groups = byRule.length > MANY ? grouped(space, all, () => '') : byRule;
  const rank = ({ usual, severity }: ChangedClass) => SEVERITIES.length * USUAL.indexOf(usual) + seriousness(severity);
  return mergeAlike(space, question, groups)
    .map((shown) => ({ one: classOf(space, shown, question.wordsLater), share: shareOf(space.manager, shown.part) }))
    .sort((a, b) => rank(a.one) - rank(b.one) || b.share - a.share)
    .map(({ one }) => one);
}

/** Groups that part by the same rules, as their examples show, are one: people need no class for every way to the same end. */
function mergeAlike(space: Space, question: DiffQuestion, groups: readonly Group[]): readonly ShownGroup[] {
  const shown = groups.map((group) => shownGroup(space, question, group));
  const merged = groupBy(shown, ({ group, usual, base, head }) => {
    const place = (rule: Rule | undefined) => (rule === undefined ? '' : `${rule.table} ${rule.chain} ${rule.number}`);
    const ends = [base, head].map(({ outcomes, rule, path }) => `${outcomes.join()} ${place(rule)} ${stallsOf(path).join()}`);
    return [group.iif, usual, group.severity, group.holds, ...ends].join('\n');
  });
  return [...merged.values()].map((alike) => {
    const [first, ...others] = alike;
    if (others.length === 0) return first;
    return shownGroup(space, question, { ...first.group, set: space.manager.any(alike.map(({ group }) => group.set)) });
  });
}

/** A host with guests, or a node: what arrives there for others is its daily work. */
function isRouter({ host, family }: Space, iif: string | undefined): boolean {
  const links = host.interfaces.filter(({ name }) => name !== 'lo');
  return iif !== undefined && iif !== 'lo' && links.length > 1 && isForwarding(host, family, iif);
}

/** Clients have other ports: what a rule says of a service's port, it says of answers to a client there as well. */
function fromService({ manager, start, has }: Space): Bdd {
  return manager.and(has.ports, between(manager, start.sport, { lo: 0, hi: 1023 }));
}

type Spoken = Pick<Group, 'iif' | 'set'> & Partial<Pick<Group, 'stalls'>>;

/** The part of a set that people would speak of. */
function usualPart(space: Space, { iif, set, stalls = false }: Spoken): { readonly usual: Usual; readonly part: Bdd } {
  const { manager } = space;
  const through = ordinaryPackets(space, iif);
  const ordinary = isRouter(space, iif) ? manager.minus(through, stopsHere(space)) : packetsForHere(space, iif);
  const kinds = { ordinary, through, odd: FULL };
  const known = stalls ? manager.minus(set, fromService(space)) : set;
  const usual = USUAL.find((kind) => manager.and(known, kinds[kind]) !== EMPTY) ?? 'odd';
  return { usual, part: manager.and(set, kinds[usual]) };
}

type WayChange = OutcomeChange & Pick<Group, 'iif' | 'holds'>;

function grouped({ manager }: Space, changes: readonly WayChange[], detail: (change: WayChange) => string): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const change of changes) {
    const { iif, set, outcomes, severity, isAside = false, holds } = change;
    const key = `${iif ?? ''} ${severity} ${isAside} ${holds} ${outcomes.base} ${outcomes.head} ${detail(change)}`;
    const stalls = outcomes.base.includes('stalled') || outcomes.head.includes('stalled');
    groups.set(key, { iif, set: manager.or(groups.get(key)?.set ?? 0, set), severity, stalls, isAside, holds });
  }
  return [...groups.values()];
}

function ruleKey({ of: { decided }, stall = '' }: End): string {
  return `${stall} ${decided === undefined ? 'policy' : `${decided.table} ${decided.chain} ${decided.number}`}`;
}

interface ShownGroup extends Pick<ChangedClass, 'usual' | 'example' | 'base' | 'head'> {
  readonly group: Group;
  /** of its packets: those that people would speak of */
  readonly part: Bdd;
}

function classOf(space: Space, { group: { iif, severity }, usual, part, example, base, head }: ShownGroup, later = false): ChangedClass {
  return withWords({ severity, usual, example, base, head }, () => packetWords(space, { set: part, ...placeOf(iif) }), later);
}

function shownGroup(space: Space, question: DiffQuestion, group: Group): ShownGroup {
  const place = placeOf(group.iif);
  const { usual, part } = usualPart(space, group);
  const example = pickWitness(space, part, { ...place, preferences: usualPreferences(space, place.dir) });
  if (example === undefined) throw new InvariantError('a change without packets');
  const upTo = group.isAside ? 'whole' : 'data';
  const base = journeyOfSide(question, 'base', { packet: example, upTo });
  const head = journeyOfSide(question, 'head', { packet: example, upTo });
  const isShown = !group.isAside || [base, head].every(isWhole);
  if (isShown && !base.truncated && !head.truncated && observed(base) === observed(head))
    throw new InvariantError(
      `the proof says that ${packetText(example)} is treated differently, the simulator says \`${base.outcome}\` twice`,
    );
  const [baseRule, headRule] = decidingPair(base, head);
  return { group, usual, part, example, base: sideOf(base, head, baseRule), head: sideOf(head, base, headRule) };
}

function placeOf(iif: string | undefined) {
  return iif === undefined ? ({ dir: 'out' } as const) : ({ dir: 'in', iif } as const);
}

function wordsOfClass(space: Space, group: Spoken): string {
  return packetWords(space, { set: usualPart(space, group).part, ...placeOf(group.iif) });
}

interface Example {
  readonly packet: Packet;
  readonly upTo: 'data' | 'whole';
}

export function journeyOfSide(question: DiffQuestion, name: 'base' | 'head', { packet, upTo }: Example): Journey {
  const { profile } = question;
  const host = hostAround(question, name);
  return walkJourney(question[name], packet, {
    host,
    ways: 4096,
    connection: upTo,
    ...(question.budget && { budget: question.budget }),
    ...(profile === undefined ? {} : { profile }),
  });
}

export function sideOf(journey: Journey, other: Journey, rule: Rule | undefined): ChangedSide {
  const outcomes = [...new Set(journey.paths.map(({ outcome }) => outcome))];
  const theirs = new Set(other.paths.flatMap(endsOfPath));
  const path = journey.paths.find((one) => endsOfPath(one).some((end) => !theirs.has(end))) ?? journey.paths[0];
  invariant(path !== undefined, 'a journey has a path');
  return { journey, path, outcomes, ...(rule === undefined ? {} : { rule }) };
}

export function unclearClasses(space: Space, ways: readonly WayChanges[]): readonly UnclearClass[] {
  const groups = ways.flatMap(({ iif, unclear }) => byLevel(unclear).map(([level, group]) => ({ iif, level, unclear: group })));
  return groups.map(({ iif, level, unclear }) => {
    const doubts = unclear.flatMap(({ base, head }) => [...base.of.doubts, ...head.of.doubts]).filter(({ why }) => why === 'unmodelled');
    const rulesOf = (ends: readonly End[]): readonly Rule[] => [
      ...new Set(
        ends.flatMap((end) => end.of.doubts.flatMap(({ why, rule }) => (why === 'unmodelled' && rule !== undefined ? [rule] : []))),
      ),
    ];
    const rules = { base: rulesOf(unclear.map(({ base }) => base)), head: rulesOf(unclear.map(({ head }) => head)) };
    const reason =
      [...new Set(doubts.map(({ what }) => what))].join('; ') || 'a later packet of the proxy meets something that is not modelled';
    return { level, packets: wordsOfClass(space, { iif, set: space.manager.any(unclear.map(({ set }) => set)) }), reason, rules };
  });
}

/** What may break something apart from what cannot. */
function byLevel(changes: readonly OutcomeChange[]): readonly (readonly [Level, readonly OutcomeChange[]])[] {
  return [...groupBy(changes, levelOf)];
}

/** Packets for which rules of chance, or rules that remember, differ in more than what can become of one packet. */
export function chanceClasses(space: Space, ways: readonly WayChanges[]): readonly UnclearClass[] {
  const { manager } = space;
  return ways.flatMap(({ iif, lots, memory }): readonly UnclearClass[] => {
    const words = (set: Bdd): string => wordsOfClass(space, { iif, set });
    const drawing = (ends: readonly End[]): readonly Rule[] => [
      ...new Set(ends.flatMap(({ of }) => of.doubts.flatMap(({ why, rule }) => (why === 'chance' && rule !== undefined ? [rule] : [])))),
    ];
    const byLot = byLevel(lots).map(
      ([level, group]): UnclearClass => ({
        level,
        packets: words(manager.any(group.map(({ set }) => set))),
        reason: 'both sides allow the same outcomes but choose by different random rules; probabilities are not compared',
        rules: { base: drawing(group.map(({ base }) => base)), head: drawing(group.map(({ head }) => head)) },
      }),
    );
    const byMemory = memory.map(
      ({ set, rules }): UnclearClass => ({
        level: 'error',
        packets: words(set),
        reason: 'they update stateful matches differently, so later packets may be treated differently',
        rules,
      }),
    );
    return [...byLot, ...byMemory];
  });
}
