/** What fares otherwise than on the base, as subjects of a review: every class of packets a problem. */
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Diff } from '../../verify/diff.ts';
import type { DiffCause } from '../../verify/diffCauses.ts';
import type { Sides } from '../../verify/diffQuestion.ts';
import type { DiffSubject } from '../../verify/diffSubjects.ts';
import type { ChangedClass, UnclearClass } from '../../verify/diffWitness.ts';
import { UNCHANGED_FATE } from '../../verify/unchangedFate.ts';
import type { Compared } from '../diffResults.ts';
import { fingerprintOf, toldApart } from '../review/fingerprint.ts';
import { blamed } from '../review/fromVerified.ts';
import type { Check, Place, Problem, Subject } from '../review/review.ts';
import type { TraceInput } from '../traceJson.ts';

export interface Comparing {
  readonly revision: string;
  /** what somebody wrote that changes it, of a pair that is like the one it was looked up for */
  readonly causesOf: (pair: Sides<DiffSubject>, change: ChangedClass) => readonly DiffCause[];
}

/** One for each pair of which it is true. */
export function comparisonSubjects({ pair, alike, diff, causes }: Compared, { revision, causesOf }: Comparing): readonly Subject[] {
  return [pair, ...alike].map((one): Subject => {
    const { name, file } = one.head;
    const known = (change: ChangedClass) => causes.get(change) ?? [];
    const own = (change: ChangedClass) => (one === pair || known(change).length === 0 ? known(change) : causesOf(one, change));
    const problems = diff.diffs.flatMap((of) => [
      ...of.changes.map((change) => changed(one, { change, family: of.family, causes: own(change) })),
      ...of.undecided.map((doubt) => unclear(one, { doubt, family: of.family })),
    ]);
    const has = (verdict: Problem['verdict']) => problems.some((problem) => problem.verdict === verdict);
    const check: Check = {
      id: UNCHANGED_FATE,
      statement: `Packets fare as they do on ${revision}.`,
      verdict: has('failed') ? 'failed' : has('undecided') ? 'undecided' : 'passed',
      problems: toldApart(problems),
    };
    return { kind: 'comparison', name: `${revision}:${name} -> ${name}`, file, checks: [check] };
  });
}

interface Change {
  readonly change: ChangedClass;
  readonly family: Diff['family'];
  /** what somebody wrote that changes it */
  readonly causes: readonly DiffCause[];
}

/** For information: a change is made to change something. */
function changed({ base, head }: Sides<DiffSubject>, { change, family, causes }: Change): Problem {
  const [was, is] = [change.base.journey.outcome, change.head.journey.outcome];
  const source = sourceOf(head.rulesets, family);
  const blame = change.head.rule === undefined || source === undefined ? [] : [blamed(change.head.rule, source)];
  const place = causes.flatMap((one) => one.head?.place ?? [])[0] ?? placeOf(head, blame[0]?.place);
  const version = family === 4 ? 'ipv4' : 'ipv6';
  const because = causes.length === 0 ? '' : `, because of ${[...new Set(causes.map(({ what }) => what))].join(', ')}`;
  const input = (side: DiffSubject, { journey }: ChangedClass['head']): TraceInput => {
    const text = sourceOf(side.rulesets, family);
    return { journey, file: text?.file ?? '', defaults: [], profile: side.profile?.name, source: text };
  };
  return {
    id: UNCHANGED_FATE,
    level: 'info',
    verdict: 'failed',
    message: `${was} becomes ${is}${was === is ? ' in another way' : ''} for ${change.packets}${because}`,
    family: version,
    ...(place !== undefined && { place }),
    blame,
    packets: change.packets,
    witness: input(head, change.head),
    before: input(base, change.base),
    fingerprint: fingerprintOf({
      id: UNCHANGED_FATE,
      subject: head.name,
      verdict: 'failed',
      family: version,
      witness: change.head.journey,
      before: change.base.journey,
    }),
  };
}

function sourceOf(rulesets: readonly Ruleset[], family: Diff['family']): Ruleset['source'] | undefined {
  return rulesets.find((one) => one.family === family)?.source;
}

/** Nobody edits rendered rules: the pod stands for them. */
function placeOf({ pod }: DiffSubject, rule: Place | undefined): Place | undefined {
  if (pod !== undefined) return pod.enrolment.facts.pod.place;
  return rule?.source.rendered ? undefined : rule;
}

interface Doubt {
  readonly doubt: UnclearClass;
  readonly family: Diff['family'];
}

function unclear({ head }: Sides<DiffSubject>, { doubt: { packets, reason, rules }, family }: Doubt): Problem {
  const source = sourceOf(head.rulesets, family);
  const version = family === 4 ? 'ipv4' : 'ipv6';
  return {
    id: UNCHANGED_FATE,
    level: 'info',
    verdict: 'undecided',
    message: `it is open whether something changes for ${packets}: ${reason}`,
    family: version,
    blame: source === undefined ? [] : rules.head.map((rule) => blamed(rule, source)),
    packets,
    fingerprint: fingerprintOf({
      id: UNCHANGED_FATE,
      subject: head.name,
      verdict: 'undecided',
      family: version,
      says: `${reason}: ${packets}`,
    }),
  };
}
