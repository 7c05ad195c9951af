/** A comparison as a subject of a review, the same for `diff` and for `ci`: that packets end as on the base is the check, each class
 *  that does not a problem. */

import { BEHAVIOUR_CHANGED } from '../../diff/behaviourChanged.ts';
import type { ChangedClass, ChangedSide, UnclearClass } from '../../diff/classes.ts';
import type { Sides } from '../../diff/question.ts';
import type { Diff } from '../../diff/rules.ts';
import { levelOf } from '../../diff/severity.ts';
import { isBudgetReason } from '../../lib/budget.ts';
import { distinct } from '../../mesh/assumption.ts';
import { packetText } from '../../packet/notation.ts';
import type { DiffCause } from '../../pods/changeCauses.ts';
import type { DiffSubject } from '../../pods/compareSubjects.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { toCause } from '../json/diff.ts';
import type { Compared } from '../json/diffResults.ts';
import { boundsOf } from '../json/diffResults.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { stallText } from '../text/stall.ts';
import { causeText } from './causeText.ts';
import { fingerprintOf, withOwnFingerprints } from './fingerprint.ts';
import { blamed } from './fromVerified.ts';
import type { Check, Problem, ReviewLocation, Subject } from './review.ts';

export const COMPARED = 'Every packet ends as it does on the base.';

export interface Naming {
  readonly nameOf: (pair: Sides<DiffSubject>) => string;
  /** a file's name, or a subject's, without the revision in which it was read */
  readonly plain: (file: string) => string;
  /** the settings that change it, of a pair that is like the one it was looked up for */
  readonly causesOf: (pair: Sides<DiffSubject>, change: ChangedClass) => readonly DiffCause[];
}

/** One for each pair of which it is true. */
export function comparisonSubjects(
  { pair, alike, diff, causes, edits }: Compared,
  { nameOf, plain, causesOf }: Naming,
): readonly Subject[] {
  return [pair, ...alike].map((one): Subject => {
    const known = (change: ChangedClass) => causes.get(change) ?? [];
    const own = (change: ChangedClass) => (one === pair || known(change).length === 0 ? known(change) : causesOf(one, change));
    const problems = diff.diffs.flatMap(({ family, changes, undecided }) => {
      const context: Context = { pair: one, plain, family };
      return [
        ...changes.map((change) => changeProblem(change, own(change), context)),
        ...undecided.map((doubt) => doubtProblem(doubt, context)),
      ];
    });
    const verdict = problems.some((problem) => problem.verdict === 'failed') ? 'failed' : problems.length > 0 ? 'undecided' : 'passed';
    const check: Check = { id: BEHAVIOUR_CHANGED, statement: COMPARED, verdict, problems: withOwnFingerprints(problems) };
    const bounds = boundsOf({ pair: one, diff });
    const assumptions = distinct([...(one.base.assumptions ?? []), ...(one.head.assumptions ?? [])]);
    return {
      kind: 'comparison',
      name: nameOf(one),
      file: plain(one.head.file),
      bounds,
      assumptions,
      ...(edits.length > 0 && verdict === 'passed' && { edits: edits.length }),
      checks: [check],
    };
  });
}

interface Context extends Pick<Naming, 'plain'> {
  readonly pair: Sides<DiffSubject>;
  readonly family: Diff['family'];
}

/** `captured-out becomes direct for tcp, to port 5432, such as PACKET; annotation X added, deploy.yaml:6` */
function changeProblem(change: ChangedClass, causes: readonly DiffCause[], context: Context): Problem {
  const { pair, plain, family } = context;
  const { base, head, packets, example } = change;
  const rules = [ruleOf(head, pair.head, context), ruleOf(base, pair.base, context)].flatMap((rule) => rule ?? []);
  const written = causes.map((each) => each.head?.place).find((place) => place !== undefined);
  const ownRule = rules.map(({ place }) => place).find(({ source }) => source.rendered !== true);
  const given = written ?? pair.head.place;
  const place = (written === undefined ? ownRule : undefined) ?? (given && plainPlace(given, plain));
  const why = [...new Set(causes.map((each) => causeText(toCause(each))))].join('; ');
  const verdict = 'failed';
  const ipv = family === 4 ? 'ipv4' : 'ipv6';
  return {
    id: BEHAVIOUR_CHANGED,
    level: levelOf(change),
    verdict,
    message: `${endsText(change)}${stalledText(change, pair.head.file)} for ${packets}, such as ${packetText(example)}${why === '' ? '' : `; ${why}`}`,
    family: ipv,
    ...(place !== undefined && { place }),
    blame: rules.slice(0, 1),
    packets,
    witness: walked(head, pair.head, context),
    before: walked(base, pair.base, context),
    ...(change.usual !== 'ordinary' && { isUnusual: true }),
    fingerprint: fingerprintOf({
      id: BEHAVIOUR_CHANGED,
      subject: plain(pair.head.name),
      verdict,
      family: ipv,
      witness: head.journey,
      before: base.journey,
    }),
  };
}

function endsText({ base, head }: ChangedClass): string {
  const [was, is] = [base, head].map(({ outcomes }) => outcomes.toSorted().join(' or '));
  const [by, now] = [base, head].map(({ path }) => interfaceOf(path));
  if (was === is && by !== undefined && now !== undefined && by !== now) return `${was} via ${by} becomes ${is} via ${now}`;
  return was === is ? `${is} stays ${is} in another way` : `${was} becomes ${is}`;
}

/** By which the first packet leaves. */
function interfaceOf({ legs: [leg] }: ChangedSide['path']): string | undefined {
  const fate = leg?.walk.fate;
  return fate?.kind === 'sent' || fate?.kind === 'forwarded' ? fate.oif : undefined;
}

/** Which packet does not come on the head. */
function stalledText({ head: { path } }: ChangedClass, file: string): string {
  const [leg] = path.legs;
  return path.outcome === 'stalled' && leg !== undefined ? ` (${stallText(leg, file)})` : '';
}

function doubtProblem({ level, packets, reason, rules }: UnclearClass, context: Context): Problem {
  const { pair, plain, family } = context;
  const named = rules.head.flatMap((rule) => blamedIn(rule, pair.head, context) ?? []);
  const ipv = family === 4 ? 'ipv4' : 'ipv6';
  return {
    id: BEHAVIOUR_CHANGED,
    level,
    verdict: 'undecided',
    ...(isBudgetReason(reason) && { spent: true }),
    message: `undecided whether something changes for ${packets}: ${reason}`,
    family: ipv,
    ...(named[0] !== undefined && named[0].place.source.rendered !== true && { place: named[0].place }),
    blame: named,
    packets,
    fingerprint: fingerprintOf({
      id: BEHAVIOUR_CHANGED,
      subject: plain(pair.head.name),
      verdict: 'undecided',
      family: ipv,
      says: `${reason}: ${packets}`,
    }),
  };
}

function ruleOf({ rule }: ChangedSide, subject: DiffSubject, context: Context): Problem['blame'][number] | undefined {
  return rule === undefined ? undefined : blamedIn(rule, subject, context);
}

function blamedIn(rule: Rule, { rulesets }: DiffSubject, { family, plain }: Context): Problem['blame'][number] | undefined {
  const source = rulesets.find((one) => one.family === family)?.source;
  if (source === undefined) return undefined;
  const found = blamed(rule, source);
  return { ...found, place: plainPlace(found.place, plain) };
}

function walked({ journey }: ChangedSide, { rulesets, profile, file }: DiffSubject, { family, plain }: Context): TraceInput {
  const source = rulesets.find((one) => one.family === family)?.source;
  const named = source === undefined ? undefined : { ...source, file: plain(source.file) };
  return { journey, file: named?.file ?? plain(file), defaults: [], profile: profile?.name, source: named };
}

function plainPlace(place: ReviewLocation, plain: (file: string) => string): ReviewLocation {
  const { source, span } = place;
  return plain(source.file) === source.file ? place : { source: { ...source, file: plain(source.file) }, span };
}
