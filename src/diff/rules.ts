import { type AsidesByName, asidesByName } from '../connection/asidesByName.ts';
import { compareEnds } from '../connection/compareEnds.ts';
import { type LoopScene, loopScene, onward, onwardOf, relayedPackets } from '../connection/relayLoops.ts';
import type { End } from '../connection/symbolicJourney.ts';
import { endsOf } from '../connection/symbolicJourney.ts';
import { unknownProxies, unknownProxyHelp, unknownProxyText } from '../connection/unknownProxy.ts';
import { Budget, BudgetError, budgetReason } from '../lib/budget.ts';
import { everyMatch, isIdleRule } from '../netfilter/everyEffect.ts';
import { mentionsUnmodelled } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import { countRulesAndElements } from '../ruleset/count.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { asideEnds } from '../symbolic/connection/asideEnds.ts';
import { connectionEnds } from '../symbolic/connection/connectionEnds.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { makeSpace } from '../symbolic/space/space.ts';
import { encode } from '../symbolic/walk/encode.ts';
import { startEnv } from '../symbolic/walk/state.ts';
import { traverseIn, traverseOut } from '../symbolic/walk/traverse.ts';
import type { Alignment } from './align.ts';
import { align } from './align.ts';
import { answeredBy } from './answers.ts';
import { asAside, compareAsides } from './asides.ts';
import type { ChangedClass, UnclearClass } from './classes.ts';
import { chanceClasses, changedClasses, unclearClasses } from './classes.ts';
import { laterMemory } from './laterMemory.ts';
import { laterPackets } from './laterPackets.ts';
import { laterMayMatch } from './laterReach.ts';
import { openTargets } from './opaque.ts';
import { otherSources, sourceClasses } from './otherSources.ts';
import { byOutcomes, type OutcomeChange } from './outcomes.ts';
import { type DiffQuestion, hostAround, type Sides, spaceAround } from './question.ts';
import { otherLots } from './random.ts';
import { mayMatch } from './reach.ts';
import { severityOf, severityOfAny } from './severity.ts';
import { sliceOf } from './slice.ts';
import type { AskedRules, MemoryChange } from './stateful.ts';
import { compareMemory, memoryOf } from './stateful.ts';
import { withoutTold } from './takesPart.ts';

/** Without changes and undecided classes the rulesets are equivalent, which is proved. */
export interface Diff {
  readonly family: Family;
  /** the most serious first */
  readonly changes: readonly ChangedClass[];
  readonly undecided: readonly UnclearClass[];
}

/** Changes of the packets that go one way. */
export interface WayChanges {
  /** where the packets arrive; undefined: they are sent here */
  readonly iif: string | undefined;
  readonly changes: readonly OutcomeChange[];
  readonly unclear: readonly OutcomeChange[];
  /** the same ends are open to them, by other lots */
  readonly lots: readonly OutcomeChange[];
  readonly memory: readonly MemoryChange[];
  /** that end otherwise from the source which an unbound socket takes on the other host */
  readonly sources: Bdd;
}

export function diffRules(question: DiffQuestion): Diff {
  const { base, head, host, budget = new Budget() } = question;
  const { family } = base;
  for (const ruleset of [base, head]) budget.admit(ruleset, countRulesAndElements(ruleset));
  const space = makeSpace(family, host, budget);
  try {
    const aligned = alignmentOf(question);
    const ways = compareWays(space, question, aligned);
    const undecided = [
      ...unclearClasses(space, ways),
      ...chanceClasses(space, ways),
      ...ways.flatMap(({ sources }) => sourceClasses(space, sources)),
      ...memories(aligned),
      ...loopsElsewhere(question, aligned),
    ];
    const changes = changedClasses(space, { ...question, budget }, ways);
    const decided = ways.flatMap((way) => way.changes.flatMap(({ base, head }) => [base.of.decided, head.of.decided]));
    const told = changes.flatMap((change) => [change.base.rule, change.head.rule]);
    const shown = new Set([...decided, ...told].flatMap((rule) => rule ?? []));
    const isFirstLeg = question.firstLeg === true || question.headHost !== undefined;
    const later = isFirstLeg
      ? []
      : withoutTold({ ...question, budget }, laterPackets({ ...question, budget }, aligned, shown), { changes, aligned });
    const remembered = ways.flatMap((way) => way.memory.flatMap(({ rules }) => [...rules.base, ...rules.head]));
    const laterAsked = isFirstLeg ? [] : laterMemory({ ...question, budget }, aligned, new Set([...shown, ...remembered]));
    return { family, changes, undecided: [...undecided, ...later, ...laterAsked] };
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return {
      family,
      changes: [],
      undecided: [{ level: 'error', packets: 'any packet', reason: budgetReason(error), rules: { base: [], head: [] } }],
    };
  }
}

interface WalkedSide {
  readonly ends: readonly End[];
  readonly asides: AsidesByName;
  readonly memory: AskedRules | undefined;
}

/** The changes as sets, way by way; ways without any are left out. */
export function changedPackets(space: Space, question: DiffQuestion): readonly WayChanges[] {
  return compareWays(space, question, alignmentOf(question));
}

/** On another host any packet may be treated differently. */
function alignmentOf({ base, head, headHost }: DiffQuestion): Alignment {
  const aligned = align(base, head);
  return headHost === undefined ? aligned : { ...aligned, everywhere: true };
}

/** Rules changed that packets may meet which are not looked at, and which a proxy may send for ones that are. */
function loopsElsewhere(
  { base, head, host, headHost, profile, where, firstLeg }: DiffQuestion,
  aligned: Alignment,
): readonly UnclearClass[] {
  // between two hosts each packet is compared up to its first end
  if (
    headHost !== undefined ||
    firstLeg === true ||
    where === undefined ||
    (!aligned.everywhere && aligned.base.size + aligned.head.size === 0)
  )
    return [];
  const proxies = { base: unknownProxies({ host, profile }, base), head: unknownProxies({ host, profile }, head) };
  const [any] = [...proxies.base, ...proxies.head];
  if (any === undefined) return [];
  const rules = { base: proxies.base.flatMap((one) => one.rules), head: proxies.head.flatMap((one) => one.rules) };
  return [
    { level: 'error', packets: 'packets for which it sends others', reason: `${unknownProxyText(any)}: ${unknownProxyHelp([any])}`, rules },
  ];
}

/** A rule without a target does nothing, unless its match remembers what it saw for other rules to ask about. */
function memories(aligned: Alignment): readonly UnclearClass[] {
  const rules = { base: [...aligned.base].filter(mayRemember), head: [...aligned.head].filter(mayRemember) };
  if (rules.base.length + rules.head.length === 0) return [];
  return [
    {
      level: 'error',
      packets: 'any packet',
      reason: 'a rule that decides nothing itself may remember packets for others that are not modelled',
      rules,
    },
  ];
}

function mayRemember(rule: Rule): boolean {
  return isIdleRule(rule) && everyMatch(rule).some(mentionsUnmodelled);
}

function compareWays(space: Space, question: DiffQuestion, aligned: Alignment): readonly WayChanges[] {
  if (!aligned.everywhere && aligned.base.size + aligned.head.size === 0) return [];
  const { manager } = space;
  const { host, profile, where } = question;
  const everyWay = [undefined, ...host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo')];
  // what answers a packet comes another way
  const open: Sides<ReadonlySet<Rule>> = { base: openAt('base'), head: openAt('head') };
  const concerned = (iif: string | undefined, reach: typeof mayMatch): Bdd => {
    if (aligned.everywhere) return FULL;
    const side = (name: 'base' | 'head') => {
      const rules = new Set([...aligned[name], ...open[name]]);
      return reach(space, question[name], { rules: new Set([...rules, ...answeredBy(space, question[name], rules)]), iif });
    };
    return manager.any([...side('base'), ...side('head')]);
  };
  const sent = concerned(undefined, mayMatch);
  const loops: Sides<LoopScene> = { base: loopsOf(space, question, 'base'), head: loopsOf(space, question, 'head') };
  const emitted = manager.and(sent, relayedPackets({ space, host, profile }));
  const further = aligned.everywhere || emitted === EMPTY ? EMPTY : furtherOn(space, loops);
  const there = new Set(hostAround(question, 'head').interfaces.map(({ name }) => name));
  const arrivals = host.interfaces.map(({ name }) => name).filter((name) => name !== 'lo' && there.has(name));
  return [undefined, ...arrivals].flatMap((iif): readonly WayChanges[] => {
    const dir = iif === undefined ? 'out' : 'in';
    if (where?.dir !== undefined && where.dir !== dir) return [];
    const asked = where === undefined ? FULL : encode(space, startEnv(space, { iif, owned: dir === 'out' }), where.expr[space.family]).may;
    // a packet without a source gets one before it is routed, and is then one of the others
    const real = dir === 'out' ? manager.not(equal(manager, space.start.src, 0)) : FULL;
    const within = manager.all([
      asked,
      real,
      manager.any([iif === undefined ? sent : concerned(iif, mayMatch), concerned(iif, laterMayMatch), further]),
    ]);
    if (within === EMPTY) return [];
    const walk = (name: 'base' | 'head'): WalkedSide => {
      const own = spaceAround(space, question, name);
      const ruleset = sliceOf(own, question[name], { within, iif });
      const memory = memoryOf(own, ruleset);
      const ask = { space: own, ruleset, within, ...(memory && { visit: memory.visit }) };
      const classes = iif === undefined ? traverseOut(ask) : traverseIn(ask, iif);
      // later packets come other ways, and meet other rules than these
      const asked = { space: own, ruleset: question[name], iif };
      const connections = connectionEnds(asked, classes);
      const ends = endsOf({ space: own, profile }, { classes, next: (one) => onwardOf(loops[name], one), open: open[name], connections });
      return { ends, asides: asidesByName(asideEnds(asked, connections), open[name]), memory };
    };
    const sides = { base: walk('base'), head: walk('head') };
    const { changes, unclear } = compareEnds({ space }, sides.base.ends, sides.head.ends);
    const known = manager.any([...changes, ...unclear].map(({ set }) => set));
    const lots = otherLots(space, sides.base.ends, sides.head.ends, known);
    const memory = compareMemory(space, { base: sides.base.memory, head: sides.head.memory });
    const beside = compareAsides(space, { base: sides.base.asides, head: sides.head.asides }, known);
    const ends = { base: sides.base.ends, head: sides.head.ends };
    const sources = iif === undefined ? otherSources(space, question, { within, ends, told: known }) : EMPTY;
    if (sources === EMPTY && [changes, unclear, lots, memory, beside.changes, beside.unclear].every(({ length }) => length === 0))
      return [];
    const maybe = (open: typeof changes) => byOutcomes(space, open, { ends, severity: severityOfAny });
    const sure = byOutcomes(space, changes, { ends, severity: severityOf });
    const aside = byOutcomes(space, beside.changes, { ends, severity: severityOf }).map(asAside);
    return [{ iif, changes: [...sure, ...aside], unclear: maybe([...unclear, ...beside.unclear]), lots: maybe(lots), memory, sources }];
  });

  function openAt(name: 'base' | 'head'): ReadonlySet<Rule> {
    const differing = { everywhere: aligned.everywhere, rules: aligned[name] };
    return new Set(everyWay.flatMap((iif) => [...openTargets(question[name], differing, iif)]));
  }
}

function loopsOf(shared: Space, question: DiffQuestion, name: 'base' | 'head'): LoopScene {
  const { profile } = question;
  const space = spaceAround(shared, question, name);
  return loopScene({ space, host: space.host, profile, ruleset: question[name] }, (within) =>
    sliceOf(space, question[name], { within, iif: undefined }),
  );
}

/** Packets for which it may matter that the proxy's own are treated differently: whether they loop. */
function furtherOn({ manager, host }: Space, { base, head }: Sides<LoopScene>): Bdd {
  const fates = host.listeners.map((listener) => ({ kind: 'delivered' as const, listener, transparent: false }));
  return manager.any(
    fates.flatMap((fate) => {
      const one = onward(base, fate);
      const other = onward(head, fate);
      return [manager.xor(one.loops, other.loops), manager.xor(one.ends, other.ends), one.unclear, other.unclear];
    }),
  );
}
