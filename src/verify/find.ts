/** Which packets of a set can have an outcome: every one of them, in words, and one that the simulator walks there. */
import type { Host } from '../host/host.ts';
import type { Journey, Outcome } from '../journey/journey.ts';
import { walkJourney } from '../journey/walkJourney.ts';
import { InvariantError } from '../lib/invariant.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import { packetText } from '../packet/notation.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { EMPTY } from '../symbolic/bdd.ts';
import { encode } from '../symbolic/encode.ts';
import type { Space } from '../symbolic/space.ts';
import { makeSpace } from '../symbolic/space.ts';
import { startEnv } from '../symbolic/state.ts';
import { traverseIn, traverseOut } from '../symbolic/traverse.ts';
import { equal } from '../symbolic/vector.ts';
import { pickWitness, usualPreferences } from '../symbolic/witness.ts';
import type { End } from './diffEnds.ts';
import { endsOf } from './diffEnds.ts';
import { loopScene, onward } from './diffLoops.ts';
import { ordinaryPackets } from './diffOrdinary.ts';
import { wordsOf } from './words.ts';

export interface FindQuestion {
  readonly host: Host;
  readonly profile?: MeshProfile;
  /** absent `dir`: packets that are sent and packets that arrive */
  readonly where: { readonly dir?: 'in' | 'out'; readonly expr: Readonly<Record<Family, MatchExpr>> };
  readonly outcome: Outcome;
}

export interface Found {
  readonly family: Family;
  /** one for packets sent here and for each interface on which they arrive; none: no packet has the outcome, which is proved */
  readonly classes: readonly FoundClass[];
  readonly undecided: readonly UndecidedClass[];
}

export interface FoundClass {
  /** absent for packets that are sent here */
  readonly iif?: string;
  /** every packet of the class */
  readonly packets: string;
  /** those of them that an application would send or receive, of which that goes without saying; absent: there are none */
  readonly ordinary?: string;
  /** of one packet of the class; where chance decides, one of its ways has the outcome */
  readonly example: Journey;
}

/** Packets that have the outcome or not, as something does that is not modelled. */
export interface UndecidedClass {
  readonly iif?: string;
  readonly packets: string;
  readonly rules: readonly Rule[];
}

/** A question about ends. */
export interface Search extends Omit<FindQuestion, 'outcome'> {
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
}

/** @throws BudgetError when the question is too hard */
export function find(ruleset: Ruleset, { outcome, ...question }: FindQuestion): Found {
  const split: Search['split'] = (space, ends) => withOutcome(space, ends, outcome);
  return search(ruleset, { ...question, ordinary: false, split, outcomes: [outcome] }).found;
}

export interface SearchResult {
  readonly found: Found;
  /** there is a packet in the set */
  readonly asked: boolean;
}

/** @throws BudgetError when the question is too hard */
export function search(ruleset: Ruleset, question: Search): SearchResult {
  const { family } = ruleset;
  const { host, profile, where } = question;
  let asked = false;
  const space = makeSpace(family, host);
  const scene = { space, host, profile, ruleset };
  const loops = loopScene({ space, host, profile }, () => ruleset);
  const arrivals = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo');
  const classes: FoundClass[] = [];
  const undecided: UndecidedClass[] = [];
  for (const iif of [undefined, ...arrivals]) {
    const dir = iif === undefined ? 'out' : 'in';
    if (where.dir !== undefined && where.dir !== dir) continue;
    const ordinary = ordinaryPackets(space, iif);
    const every = startPackets(space, where.expr[family], iif);
    const within = question.ordinary ? space.manager.and(every, ordinary) : every;
    if (within === EMPTY) continue;
    asked = true;
    const ask = { space, ruleset, within };
    const ways = iif === undefined ? traverseOut(ask) : traverseIn(ask, iif);
    const place = iif === undefined ? {} : { iif };
    const ends = endsOf(scene, { classes: ways, next: (fate) => onward(loops, fate), open: new Set() });
    const { sure, unclear, rules } = question.split(space, ends);
    const words = (set: Bdd): string => wordsOf({ space }, { set, dir, within, ...place });
    if (sure !== EMPTY) {
      const usual = space.manager.and(sure, ordinary);
      const usualWords = { set: usual, dir, within: space.manager.and(within, ordinary), ...place } as const;
      classes.push({
        ...place,
        packets: words(sure),
        ...(usual === EMPTY ? {} : { ordinary: wordsOf({ space }, usualWords) }),
        example: walkExample(scene, question, { set: usual === EMPTY ? sure : usual, dir, ...place }),
      });
    }
    if (unclear !== EMPTY) undecided.push({ ...place, packets: words(unclear), rules });
  }
  return { found: { family, classes, undecided }, asked };
}

/** A packet without a source gets one before it is routed, and is then one of the others. */
function startPackets(space: Space, expr: MatchExpr, iif: string | undefined): Bdd {
  const { manager, start } = space;
  const asked = encode(space, startEnv(space, { iif, owned: iif === undefined }), expr).may;
  return iif === undefined ? manager.minus(asked, equal(manager, start.src, 0)) : asked;
}

function withOutcome({ manager }: Space, ends: readonly End[], outcome: Outcome): Split {
  const unknown = manager.any(ends.map(({ unclear }) => unclear));
  const some = (which: readonly End[]): Bdd => manager.any(which.map(({ set }) => set));
  if (outcome === 'undecided') {
    return { sure: manager.or(unknown, some(ends.filter((end) => end.outcome === outcome))), unclear: EMPTY, rules: [] };
  }
  const all = some(ends.filter((end) => end.outcome === outcome));
  // whatever the unknown is, another end may be the packet's own
  const unclear = manager.all([all, unknown, some(ends.filter((end) => end.outcome !== outcome))]);
  return { sure: manager.minus(all, unclear), unclear, rules: doubtfulRules(manager, ends, unclear) };
}

/** Rules that are not modelled, on which it depends how these packets end. */
export function doubtfulRules(manager: Space['manager'], ends: readonly End[], packets: Bdd): readonly Rule[] {
  const doubts = ends.filter(({ set }) => manager.and(set, packets) !== EMPTY).flatMap(({ of }) => of.doubts);
  return [...new Set(doubts.flatMap(({ why, rule }) => (why === 'unmodelled' && rule !== undefined ? [rule] : [])))];
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
  const journey = walkJourney(ruleset, packet, { host, ...(profile && { profile }) });
  if (outcomes.includes('undecided') || journey.paths.some((path) => outcomes.includes(path.outcome))) return journey;
  throw new InvariantError(
    `the proof says \`${outcomes.join(' or ')}\` for ${packetText(packet)}, the simulator says \`${journey.outcome}\``,
  );
}
