/** Comparisons as subjects of a review: that packets fare as on the base is the check, each class that does not a problem. */
import { packetText } from '../../packet/notation.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Diff } from '../../verify/diff.ts';
import { levelOf } from '../../verify/diffSeverity.ts';
import type { DiffSubject } from '../../verify/diffSubjects.ts';
import type { ChangedClass, ChangedSide, UnclearClass } from '../../verify/diffWitness.ts';
import { causeText } from '../diffChange.ts';
import { toCause } from '../diffJson.ts';
import { type Compared, type DiffResults, nameOfPair } from '../diffResults.ts';
import type { TraceInput } from '../traceJson.ts';
import { fingerprintOf, toldApart } from './fingerprint.ts';
import { blamed } from './fromVerified.ts';
import type { Check, Place, Problem, Review, Subject } from './review.ts';

const ID = 'unchanged-fate';
const STATEMENT = 'Packets fare as they do on the base.';

/** `plain`: a file's name without the revision in which it was read. */
export function toReview({ compared, alone, notes }: DiffResults, plain: (file: string) => string): Review {
  const subjects = compared.flatMap((one) => [one.pair, ...one.alike].map((pair) => subjectOf({ ...one, pair }, plain)));
  const lone = alone.map(({ subject, side }): Subject => {
    const reason = `it is ${side === 'base' ? 'gone' : 'new'}: there is nothing to compare it with`;
    const check: Check = { id: ID, statement: STATEMENT, verdict: 'skipped', reason, problems: [] };
    return { kind: 'comparison', name: subject.name, file: plain(subject.file), checks: [check] };
  });
  return {
    subjects: [...subjects, ...lone],
    diagnostics: [],
    notes: [...new Set([...compared.flatMap(({ diff }) => diff.notes), ...notes])],
  };
}

function subjectOf(one: Compared, plain: (file: string) => string): Subject {
  const { pair, diff } = one;
  const context: Context = { one, plain, name: plain(pair.head.name) };
  const problems = diff.diffs.flatMap((each) => [
    ...each.changes.map((change) => changeProblem(change, each, context)),
    ...each.undecided.map((doubt) => doubtProblem(doubt, each, context)),
  ]);
  const verdict = problems.some((problem) => problem.verdict === 'failed') ? 'failed' : problems.length > 0 ? 'undecided' : 'passed';
  const check: Check = { id: ID, statement: STATEMENT, verdict, problems: toldApart(problems) };
  return { kind: 'comparison', name: nameOfPair(pair), file: plain(pair.head.file), checks: [check] };
}

interface Context {
  readonly one: Compared;
  readonly plain: (file: string) => string;
  /** what fingerprints call it */
  readonly name: string;
}

function changeProblem(change: ChangedClass, { family }: Diff, { one, plain, name }: Context): Problem {
  const { pair, causes } = one;
  const { base, head, packets, example } = change;
  const cause = causes.get(change) ?? [];
  const rules = [ruleOf(head, pair.head, family, plain), ruleOf(base, pair.base, family, plain)].flatMap((rule) => rule ?? []);
  const written = cause.map((each) => each.head?.place).find((place) => place !== undefined);
  const ownRule = rules.map(({ place }) => place).find(({ source }) => source.rendered !== true);
  const place = written ?? ownRule ?? pair.head.place ?? rules[0]?.place;
  const why = cause.map((each) => causeText(toCause(each))).join('; ');
  const [was, is] = [base.journey.outcome, head.journey.outcome];
  const ends = was === is ? `${is}, another way` : `${was} -> ${is}`;
  const verdict = 'failed';
  const ipv = family === 4 ? 'ipv4' : 'ipv6';
  return {
    id: ID,
    level: levelOf(change),
    verdict,
    message: `${ends} for ${packets}, such as ${packetText(example)}${why === '' ? '' : `; ${why}`}`,
    family: ipv,
    ...(place !== undefined && { place: plainPlace(place, plain) }),
    blame: rules.slice(0, 1),
    packets,
    witness: walked(head, pair.head, family, plain),
    before: walked(base, pair.base, family, plain),
    fingerprint: fingerprintOf({ id: ID, subject: name, verdict, family: ipv, witness: head.journey, before: base.journey }),
  };
}

function doubtProblem({ packets, reason, rules }: UnclearClass, { family }: Diff, { one, plain, name }: Context): Problem {
  const named = rules.head.flatMap((rule) => blamedIn(rule, one.pair.head, family, plain) ?? []);
  const ipv = family === 4 ? 'ipv4' : 'ipv6';
  return {
    id: ID,
    level: 'warning',
    verdict: 'undecided',
    message: `undecided for ${packets}: ${reason}`,
    family: ipv,
    ...(named[0] !== undefined && { place: named[0].place }),
    blame: named,
    packets,
    fingerprint: fingerprintOf({ id: ID, subject: name, verdict: 'undecided', family: ipv, says: packets }),
  };
}

type Naming = [family: Diff['family'], plain: (file: string) => string];

function ruleOf({ rule }: ChangedSide, subject: DiffSubject, ...naming: Naming): Problem['blame'][number] | undefined {
  return rule === undefined ? undefined : blamedIn(rule, subject, ...naming);
}

function blamedIn(rule: Rule, { rulesets }: DiffSubject, ...[family, plain]: Naming): Problem['blame'][number] | undefined {
  const source = rulesets.find((one) => one.family === family)?.source;
  if (source === undefined) return undefined;
  const found = blamed(rule, source);
  return { ...found, place: plainPlace(found.place, plain) };
}

function walked({ journey }: ChangedSide, { rulesets, profile, file }: DiffSubject, ...[family, plain]: Naming): TraceInput {
  const source = rulesets.find((one) => one.family === family)?.source;
  const named = source === undefined ? undefined : { ...source, file: plain(source.file) };
  return { journey, file: named?.file ?? plain(file), defaults: [], profile: profile?.name, source: named };
}

function plainPlace({ source, span }: Place, plain: (file: string) => string): Place {
  return { source: { ...source, file: plain(source.file) }, span };
}
