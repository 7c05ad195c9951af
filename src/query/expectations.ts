import { NO_PACKET } from '../connection/askedPackets.ts';
import { generalText } from '../connection/generalWords.ts';
/** Does a packet have its expected outcome, and do all packets of a set? What is not shown is not met. */

import { type Journey, OUTCOMES } from '../connection/journey.ts';
import type { End } from '../connection/symbolicJourney.ts';
import { gotText, interfacesLeft, isAsWanted, leavesBy, type WantedEnd, wantedText } from '../connection/wantedEnd.ts';
import type { Host } from '../host/host.ts';
import { Budget, type BudgetLimits } from '../lib/budget.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { decidingRules } from '../prove/judge/replay.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { doubtfulRules, type PacketsQuestion, type Split, search } from './find.ts';

export interface Expected extends WantedEnd {
  /** part of the text of a rule that decides */
  readonly by?: string;
  /** port at which the packet is delivered first */
  readonly to?: number;
}

export interface ExpectationAnswer {
  readonly verdict: 'met' | 'unmet' | 'undecided';
  /** why it is not met: sentences without capital and stop */
  readonly reasons: readonly string[];
  /** of the packet, or of one that is not as expected */
  readonly journey?: Journey;
  /** all packets of the set that are not as expected, in words */
  readonly packets?: string;
  /** rules that decide */
  readonly blame: readonly Rule[];
}

export function expectPacket(journey: Journey, { by, to, ...wanted }: Expected): ExpectationAnswer {
  const blame = decidingRules(journey);
  const reasons: string[] = [];
  if (!isAsWanted(journey, wanted)) reasons.push(`expected ${wantedText(wanted)}, got ${gotText(journey, wanted)}`);
  if (to !== undefined) {
    const reached = new Set(journey.paths.map(({ legs: [first] }) => firstPort(first?.walk.fate)));
    if ([...reached].join() !== String(to)) reasons.push(`expected at port ${to}, got ${[...reached].map(portWords).join(' or ')}`);
  }
  if (by !== undefined && !blame.some(({ text }) => oneBlank(text).includes(oneBlank(by)))) {
    reasons.push(`no rule with \`${by}\` decides it`);
  }
  return { verdict: reasons.length === 0 ? 'met' : 'unmet', reasons, journey, blame };
}

type FirstFate = Journey['paths'][number]['legs'][number]['walk']['fate'];

function firstPort(fate: FirstFate | undefined): number | undefined {
  return fate?.kind === 'delivered' ? fate.listener : undefined;
}

function portWords(port: number | undefined): string {
  return port === undefined ? 'to no listener' : `at ${port}`;
}

function oneBlank(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}

export interface ExpectedSetQuestion {
  readonly limits?: () => BudgetLimits;
  readonly rulesets: readonly Ruleset[];
  readonly host: Host;
  readonly profile?: MeshProfile;
  readonly where: PacketsQuestion['where'];
  readonly wanted: WantedEnd | Fence;
  /** every packet that fits, and not only those that an application would send or receive */
  readonly every: boolean;
}

/** No packet leaves but by these interfaces, whatever else becomes of it. */
export interface Fence {
  readonly leavesOnlyBy: readonly string[];
}

/** One answer for each direction and interface on which it is not so; `met` is a proof. */
export function expectSet({ rulesets, wanted, every, limits, ...scene }: ExpectedSetQuestion): readonly ExpectationAnswer[] {
  const budget = new Budget(limits?.());
  const isMet = isMetBy(wanted);
  const outcomes = OUTCOMES.filter(
    (one) => one !== 'undecided' && !('outcome' in wanted && wanted.oif === undefined && one === wanted.outcome),
  );
  const question = { ...scene, budget, ordinary: !every, outcomes };
  const results = rulesets.map((ruleset) => search(ruleset, { ...question, split: (space, ends) => otherThan(space, ends, isMet) }));
  if (!results.some(({ asked }) => asked)) return [{ verdict: 'unmet', reasons: [NO_PACKET], blame: [] }];
  const wrong = results.flatMap(({ classes }) =>
    classes.map(({ general, example }): ExpectationAnswer => {
      return {
        verdict: 'unmet',
        reasons: [unmetText(wanted, example)],
        journey: example,
        packets: generalText(general),
        blame: decidingRules(example),
      };
    }),
  );
  const open = results.flatMap(({ undecided }) =>
    undecided.map(({ packets, reason, rules }): ExpectationAnswer => ({ verdict: 'undecided', reasons: [reason], packets, blame: rules })),
  );
  return wrong.length + open.length > 0 ? [...wrong, ...open] : [{ verdict: 'met', reasons: [], blame: [] }];
}

function isMetBy(wanted: WantedEnd | Fence): (end: End) => boolean {
  if ('outcome' in wanted)
    return ({ outcome, of }) => outcome === wanted.outcome && (wanted.oif === undefined || leavesBy(of) === wanted.oif);
  return ({ of }) => {
    const oif = leavesBy(of);
    return oif === undefined || wanted.leavesOnlyBy.includes(oif);
  };
}

function unmetText(wanted: WantedEnd | Fence, example: Journey): string {
  if (!('outcome' in wanted)) {
    const named = `leaves-only-by: expected to leave by ${wanted.leavesOnlyBy.join(' or ')} alone`;
    return `${named}, got ${[...interfacesLeft(example)].join(' or ')} (${example.outcome})`;
  }
  const got = example.outcome === 'undecided' ? 'not always' : `got ${gotText(example, wanted)}`;
  return `expected ${wantedText(wanted)} for every packet of the set, ${got}`;
}

/** Packets with another end, chance included; and those for which something unmodelled decides. */
function otherThan({ manager }: Space, ends: readonly End[], isMet: (end: End) => boolean): Split {
  const some = (ok: (end: End) => boolean) => manager.any(ends.filter(ok).map(({ set }) => set));
  const unknown = manager.any(ends.map(({ unclear }) => unclear));
  const other = some((end) => !isMet(end) && end.outcome !== 'undecided');
  const rest = some((end) => isMet(end) || end.outcome === 'undecided');
  const sure = manager.minus(other, manager.and(unknown, rest));
  const unclear = manager.minus(
    manager.or(
      other,
      some((end) => end.outcome === 'undecided'),
    ),
    sure,
  );
  return { sure, unclear, rules: unclear === EMPTY ? [] : doubtfulRules(manager, ends, unclear) };
}
