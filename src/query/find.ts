/** Which packets of a set can have an outcome: every one of them, in words, and one that the simulator walks there. */

import { askedWays, startPackets } from '../connection/askedPackets.ts';
import type { GeneralWords } from '../connection/generalWords.ts';
import type { Journey, Outcome } from '../connection/journey.ts';
import { exactWords, generalWords, packetWords } from '../connection/packetWords.ts';
import { loopScene, onwardOf } from '../connection/relayLoops.ts';
import type { End } from '../connection/symbolicJourney.ts';
import { endsOf } from '../connection/symbolicJourney.ts';
import { ordinaryPackets } from '../connection/typicalPackets.ts';
import { unknownProxies, unknownProxyHelp, unknownProxyText } from '../connection/unknownProxy.ts';
import { walkJourney } from '../connection/walkJourney.ts';
import { leavesBy, type WantedEnd } from '../connection/wantedEnd.ts';
import type { Host } from '../host/host.ts';
import { Budget, BudgetError, budgetReason, isBudgetReason } from '../lib/budget.ts';
import { InvariantError } from '../lib/invariant.ts';
import { kept } from '../lib/kept.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import { packetText } from '../packet/notation.ts';
import { countRulesAndElements } from '../ruleset/count.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { connectionEnds } from '../symbolic/connection/connectionEnds.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { makeSpace } from '../symbolic/space/space.ts';
import { traverseIn, traverseOut } from '../symbolic/walk/traverse.ts';
import { pickWitness, usualPreferences } from '../symbolic/words/witness.ts';

export interface PacketsQuestion {
  readonly budget?: Budget;
  readonly host: Host;
  readonly profile?: MeshProfile;
  /** absent `dir`: packets that are sent and packets that arrive */
  readonly where: { readonly dir?: 'in' | 'out'; readonly expr: Readonly<Record<Family, MatchExpr>> };
  readonly outcome: Outcome;
  /** of packets that leave: by which interface alone */
  readonly oif?: string;
}

export interface FoundPackets {
  readonly family: Family;
  /** one for packets sent here and for each interface on which they arrive; none: no packet has the outcome, which is proved */
  readonly classes: readonly FoundClass[];
  readonly undecided: readonly UndecidedClass[];
  /** there is a packet in the set */
  readonly asked: boolean;
}

export interface FoundClass {
  /** absent for packets that are sent here */
  readonly iif?: string;
  /** every packet of the class, in words that are looked for on demand */
  readonly packets: () => string;
  /** as people speak of them */
  readonly general: GeneralWords;
  /** of one packet of the class; where chance decides, one of its ways has the outcome */
  readonly example: Journey;
}

/** Packets that may have the outcome or not. */
export interface UndecidedClass {
  readonly iif?: string;
  readonly packets: string;
  /** what is not known of them */
  readonly reason: string;
  /** that are not modelled, and decide */
  readonly rules: readonly Rule[];
}

/** A question about ends. */
export interface Search extends Omit<PacketsQuestion, 'outcome' | 'oif'> {
  /** only packets that an application would send or receive */
  readonly ordinary: boolean;
  readonly split: (space: Space, ends: readonly End[]) => Split;
  /** of one way of every packet that is `sure` */
  readonly outcomes: readonly Outcome[];
}

export interface Split {
  readonly sure: Bdd;
  readonly unclear: Bdd;
  readonly rules: readonly Rule[];
  /** packets of which it is not known whether they loop, because it is not known what the process that takes them sends */
  readonly mayLoop?: Bdd;
}

export function findPackets(ruleset: Ruleset, { outcome, oif, ...question }: PacketsQuestion): FoundPackets {
  const wanted: WantedEnd = { outcome, ...(oif !== undefined && { oif }) };
  const split: Search['split'] = (space, ends) => withOutcome(space, ends, wanted);
  return search(ruleset, { ...question, ordinary: false, split, outcomes: [outcome] });
}

/** What the budget does not reach is undecided; what was found before it was spent stays found. */
export function search(ruleset: Ruleset, question: Search): FoundPackets {
  const { family } = ruleset;
  const { host, profile, where, budget = new Budget() } = question;
  let asked = false;
  budget.admit(ruleset, countRulesAndElements(ruleset));
  const space = makeSpace(family, host, budget);
  const scene = { space, host, profile, ruleset };
  const loops = loopScene(scene, () => ruleset);
  const classes: FoundClass[] = [];
  const undecided: UndecidedClass[] = [];
  const ways = askedWays(host, where);
  for (const [index, iif] of ways.entries()) {
    try {
      searchWay(iif);
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      // nothing is left for the other ways either
      asked = true;
      undecided.push(...ways.slice(index).map((way) => tooHard(way, error)));
      break;
    }
  }
  return { family, classes, undecided, asked };

  function searchWay(iif: string | undefined): void {
    const dir = iif === undefined ? 'out' : 'in';
    const ordinary = ordinaryPackets(space, iif);
    const every = startPackets(space, where.expr[family], iif);
    const within = question.ordinary ? space.manager.and(every, ordinary) : every;
    if (within === EMPTY) return;
    asked = true;
    const ask = { space, ruleset, within };
    const walked = iif === undefined ? traverseOut(ask) : traverseIn(ask, iif);
    const place = iif === undefined ? {} : { iif };
    const connections = connectionEnds({ space, ruleset, iif }, walked);
    const ends = endsOf(scene, { classes: walked, next: (one) => onwardOf(loops, one), open: new Set(), connections });
    const { sure, unclear, rules, mayLoop = EMPTY } = question.split(space, ends);
    const words = (set: Bdd): string => packetWords(space, { set, dir, ...place });
    if (unclear !== EMPTY) undecided.push({ ...place, packets: words(unclear), reason: whyUnclear(space.manager, ends, unclear), rules });
    if (mayLoop !== EMPTY) {
      const proxies = unknownProxies(scene, ruleset);
      const reason = `${proxies.map(unknownProxyText).join('; ')}: ${unknownProxyHelp(proxies)}`;
      undecided.push({ ...place, packets: words(mayLoop), reason, rules: proxies.flatMap((proxy) => proxy.rules) });
    }
    if (sure === EMPTY) return;
    const usual = space.manager.and(sure, ordinary);
    classes.push({
      ...place,
      packets: kept(() => exactWords(space, { set: sure, dir, ...place })),
      general: generalWords(space, { set: sure, dir, ...place }),
      example: walkExample(scene, question, { set: usual === EMPTY ? sure : usual, dir, ...place }),
    });
  }
}

const NOT_MODELLED = 'it depends on something that is not modelled';

function tooHard(iif: string | undefined, error: BudgetError): UndecidedClass {
  const packets = iif === undefined ? 'any packet that is sent here' : `any packet that arrives on ${iif}`;
  return { ...(iif !== undefined && { iif }), packets, reason: budgetReason(error), rules: [] };
}

export function withOutcome({ manager }: Space, ends: readonly End[], wanted: WantedEnd): Split {
  const { outcome, oif } = wanted;
  const isIt = (end: End): boolean => end.outcome === outcome && (oif === undefined || leavesBy(end.of) === oif);
  const unknown = manager.any(ends.map(({ unclear }) => unclear));
  const some = (which: readonly End[]): Bdd => manager.any(which.map(({ set }) => set));
  if (outcome === 'undecided') {
    return { sure: manager.or(unknown, some(ends.filter((end) => end.outcome === outcome))), unclear: EMPTY, rules: [] };
  }
  const all = some(ends.filter(isIt));
  // whatever the unknown is, another end may be the packet's own; and a target that is not modelled may do anything
  const other = manager.all([all, unknown, some(ends.filter((end) => !isIt(end)))]);
  const unclear = manager.or(other, some(ends.filter((end) => end.outcome === 'undecided')));
  const sure = manager.minus(all, unclear);
  const rules = doubtfulRules(manager, ends, unclear);
  if (outcome !== 'loop') return { sure, unclear, rules };
  const mayLoop = manager.minus(manager.any(ends.map((end) => end.mayLoop)), manager.or(sure, unclear));
  return { sure, unclear, rules, mayLoop };
}

/** Packets that may have another outcome as well. */
export function chanceIn({ manager }: Space, ends: readonly End[], outcome: Outcome): Bdd {
  return manager.any(ends.filter((end) => end.outcome !== outcome).map(({ set }) => set));
}

/** Rules that are not modelled, on which it depends how these packets end. */
export function doubtfulRules(manager: Space['manager'], ends: readonly End[], packets: Bdd): readonly Rule[] {
  const doubts = ends.filter(({ set }) => manager.and(set, packets) !== EMPTY).flatMap(({ of }) => of.doubts);
  return [...new Set(doubts.flatMap(({ why, rule }) => (why === 'unmodelled' && rule !== undefined ? [rule] : [])))];
}

/** A part of the proof took more than its share of the budget, or it is nothing of a rule that is not known. */
function whyUnclear(manager: Space['manager'], ends: readonly End[], packets: Bdd): string {
  const doubts = ends.filter(({ set }) => manager.and(set, packets) !== EMPTY).flatMap(({ of }) => of.doubts);
  const spent = doubts.find(({ what }) => isBudgetReason(what))?.what;
  const open = doubts.find(({ why, rule }) => why === 'unmodelled' && rule === undefined)?.what;
  return spent ?? (open === undefined ? NOT_MODELLED : `it depends on ${open}`);
}

interface Example {
  readonly set: Bdd;
  readonly dir: 'in' | 'out';
  readonly iif?: string;
}

function walkExample(
  { space, ruleset }: { readonly space: Space; readonly ruleset: Ruleset },
  { host, profile, outcomes }: Search,
  example: Example,
): Journey {
  const packet = pickWitness(space, example.set, { ...example, preferences: usualPreferences(space, example.dir) });
  if (packet === undefined) throw new InvariantError('a class without packets');
  const journey = walkJourney(ruleset, packet, { host, budget: space.budget, connection: 'data', ...(profile && { profile }) });
  if (outcomes.includes('undecided') || journey.paths.some((path) => outcomes.includes(path.outcome))) return journey;
  if (journey.truncated) throw new BudgetError('ways', 'more ways of one packet than are walked');
  throw new InvariantError(
    `the proof says \`${outcomes.join(' or ')}\` for ${packetText(packet)}, the simulator says \`${journey.outcome}\``,
  );
}
