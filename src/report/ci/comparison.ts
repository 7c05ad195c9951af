/** What fares otherwise than on the base, as a subject of a review: every class of packets a problem. */
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Diff } from '../../verify/diff.ts';
import type { ChangedClass, UnclearClass } from '../../verify/diffWitness.ts';
import { UNCHANGED_FATE } from '../../verify/unchangedFate.ts';
import { fingerprintOf, toldApart } from '../review/fingerprint.ts';
import { blamed } from '../review/fromVerified.ts';
import type { Check, Place, Problem, Subject } from '../review/review.ts';
import type { TraceInput } from '../traceJson.ts';

export interface Compared {
  /** what both sides have, as it is called in the review */
  readonly name: string;
  readonly file: string;
  /** of the base */
  readonly revision: string;
  readonly profile: string | undefined;
  readonly rules: { readonly base: readonly Ruleset[]; readonly head: readonly Ruleset[] };
  /** stands for rules that are in no file */
  readonly place?: Place;
}

/** `diffs` empty: nothing differs that a packet could notice. */
export function comparisonSubject(compared: Compared, diffs: readonly Diff[]): Subject {
  const problems = diffs.flatMap((diff) => [
    ...diff.changes.map((change) => changed(compared, { change, family: diff.family })),
    ...diff.undecided.map((doubt) => unclear(compared, { doubt, family: diff.family })),
  ]);
  const has = (verdict: Problem['verdict']) => problems.some((one) => one.verdict === verdict);
  const check: Check = {
    id: UNCHANGED_FATE,
    statement: `Packets fare as they do on ${compared.revision}.`,
    verdict: has('failed') ? 'failed' : has('undecided') ? 'undecided' : 'passed',
    problems: toldApart(problems),
  };
  return { kind: 'comparison', name: `${compared.revision}:${compared.name} -> ${compared.name}`, file: compared.file, checks: [check] };
}

interface Change {
  readonly change: ChangedClass;
  readonly family: Diff['family'];
}

/** For information: a change is made to change something. */
function changed(compared: Compared, { change, family }: Change): Problem {
  const { packets, base, head } = change;
  const subject = compared.name;
  const source = compared.rules.head.find((one) => one.family === family)?.source;
  const blame = head.rule === undefined || source === undefined ? [] : [blamed(head.rule, source)];
  const [own] = blame;
  const place = source?.rendered === true ? compared.place : own?.place;
  const input = (side: typeof base, rules: readonly Ruleset[]): TraceInput => {
    const text = rules.find((one) => one.family === family)?.source;
    return { journey: side.journey, file: text?.file ?? '', defaults: [], profile: compared.profile, source: text };
  };
  const isOtherwise = base.journey.outcome === head.journey.outcome ? ' in another way' : '';
  return {
    id: UNCHANGED_FATE,
    level: 'info',
    verdict: 'failed',
    message: `${base.journey.outcome} becomes ${head.journey.outcome}${isOtherwise} for ${packets}`,
    family: family === 4 ? 'ipv4' : 'ipv6',
    ...(place !== undefined && { place }),
    blame,
    packets,
    witness: input(head, compared.rules.head),
    before: input(base, compared.rules.base),
    fingerprint: fingerprintOf({
      id: UNCHANGED_FATE,
      subject,
      verdict: 'failed',
      family: family === 4 ? 'ipv4' : 'ipv6',
      witness: head.journey,
      before: base.journey,
    }),
  };
}

interface Doubt {
  readonly doubt: UnclearClass;
  readonly family: Diff['family'];
}

function unclear(compared: Compared, { doubt: { packets, reason, rules }, family }: Doubt): Problem {
  const source = compared.rules.head.find((one) => one.family === family)?.source;
  const version = family === 4 ? 'ipv4' : 'ipv6';
  const says = `${reason}: ${packets}`;
  return {
    id: UNCHANGED_FATE,
    level: 'info',
    verdict: 'undecided',
    message: `it is open whether something changes for ${packets}: ${reason}`,
    family: version,
    blame: source === undefined ? [] : rules.head.map((rule) => blamed(rule, source)),
    packets,
    fingerprint: fingerprintOf({ id: UNCHANGED_FATE, subject: compared.name, verdict: 'undecided', family: version, says }),
  };
}
