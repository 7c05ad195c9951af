/** Verdicts on rules as subjects of a review: a claim is a check, whatever breaks it a problem. */

import { isBudgetReason } from '../../lib/budget.ts';
import { groupBy } from '../../lib/groupBy.ts';
import { plural } from '../../lib/plural.ts';
import { packetText } from '../../packet/notation.ts';
import { namesOfPods } from '../../pods/familiesOfPod.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import type { ProvedFix } from '../../prove/proof/provedFix.ts';
import type { SettingCauses } from '../../prove/proof/settingCauses.ts';
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts';
import { namedFile, type Source } from '../../syntax/text/source.ts';
import { remedyOfFinding } from '../pages/remedy.ts';
import { targetSpan } from '../text/location.ts';
import { fingerprintOf, withOwnFingerprints } from './fingerprint.ts';
import type { FoundProblem } from './problems.ts';
import type { Blamed, Check, Problem, Subject } from './review.ts';

/** A file with rules of several pods gives as many subjects: `dumps.rules`, `dumps.rules (2)`. */
export function rulesSubjects(pods: readonly Verified[]): readonly Subject[] {
  const rules = pods.map(({ rulesets }) => rulesets);
  const printed = namesOfPods(rules, ({ file }) => file);
  // rules that were rendered from settings go by their name
  const named = namesOfPods(rules, namedFile);
  return pods.map((verified, index) => {
    const { name = '', file = '' } = named[index] ?? {};
    const checks = claimChecks(verified, printed[index]?.name ?? '');
    return { kind: 'rules', name, file, bounds: verified.bounds, assumptions: verified.assumptions, checks };
  });
}

/** `subject`: what fingerprints call it. */
export function claimChecks({ findings, rulesets, profile, causes, fixes }: Verified, subject: string): readonly Check[] {
  const sources = new Map(rulesets.map(({ family, source }) => [family, source]));
  const claims = groupBy(findings, ({ claim }) => claim);
  return [...claims].map(([id, group]) => {
    const bad = group.filter(isBad);
    const problems = bad.map((finding) =>
      toProblem(finding, {
        subject,
        source: sources.get(finding.family) ?? { file: '', text: '' },
        ruleset: rulesets.find(({ family }) => family === finding.family),
        profile: profile?.name,
        causes: causes?.get(finding),
        fix: fixes?.get(finding)?.fix,
      }),
    );
    const reasons = [...new Set(group.flatMap(({ verdict, reason }) => (verdict === 'not-applicable' ? (reason ?? []) : [])))];
    const verdict = verdictOf(group);
    return {
      id,
      statement: group[0]?.statement ?? '',
      verdict,
      ...(verdict === 'skipped' && reasons.length > 0 && { reason: reasons.join('; ') }),
      problems: withOwnFingerprints(problems),
    };
  });
}

/** A problem with the finding of which it is told. */
export interface FoundFinding extends FoundProblem {
  readonly finding: Finding;
}

/** What is violated or undecided, claim by claim. */
export function foundFindings(pod: Verified): readonly FoundFinding[] {
  const [subject] = rulesSubjects([pod]);
  if (subject === undefined) return [];
  return subject.checks.flatMap((check) => {
    const bad = pod.findings.filter((one) => one.claim === check.id && isBad(one));
    return bad.flatMap((finding, index) => {
      const problem = check.problems[index];
      return problem === undefined ? [] : [{ subject, check, problem, finding }];
    });
  });
}

function isBad({ verdict }: Finding): boolean {
  return verdict === 'violated' || verdict === 'undecided';
}

function verdictOf(findings: readonly Finding[]): Check['verdict'] {
  const has = (wanted: Finding['verdict']) => findings.some(({ verdict }) => verdict === wanted);
  if (has('violated')) return 'failed';
  if (has('undecided')) return 'undecided';
  return has('holds') ? 'passed' : 'skipped';
}

interface Context {
  readonly subject: string;
  readonly source: Source;
  readonly ruleset: Ruleset | undefined;
  readonly profile: string | undefined;
  /** the settings that break the claim */
  readonly causes: SettingCauses | undefined;
  readonly fix: ProvedFix | undefined;
}

function toProblem(finding: Finding, { subject, source, ruleset, profile, causes, fix }: Context): Problem {
  const { claim: id, level, witness, packets } = finding;
  const verdict = finding.verdict === 'undecided' ? 'undecided' : 'failed';
  const family = finding.family === 4 ? 'ipv4' : 'ipv6';
  const blame = finding.blame.map((rule) => blamed(rule, source));
  const [cause] = causes?.settings ?? [];
  const remedy = remedyOfFinding({ finding, ruleset, profile }, causes);
  const place = cause?.place ?? blame[0]?.place;
  const rule = finding.acceptAt;
  const accepting = cause?.place ?? (rule && blamed(rule, source).place);
  return {
    id,
    level,
    verdict,
    ...(verdict === 'undecided' && isBudgetReason(finding.reason) && { spent: true }),
    message:
      cause === undefined
        ? messageOf(finding)
        : `${messageOf(finding)}; it follows from ${cause.from} ${cause.setting}${cause.missing === true ? ', which is not given' : ''}`,
    family,
    ...(place !== undefined && { place }),
    blame,
    ...(packets !== undefined && { packets }),
    ...(witness !== undefined && { witness: { journey: witness, file: source.file, defaults: [], profile, source } }),
    ...(remedy !== undefined && { remedy }),
    ...(fix !== undefined && { fix }),
    ...(accepting !== undefined && { acceptAt: accepting }),
    ...(finding.muted !== undefined && { muted: finding.muted }),
    fingerprint: fingerprintOf({
      id,
      subject,
      verdict,
      family,
      witness,
      rules: verdict === 'failed' ? distinctRules(finding.blame) : finding.blame,
      says: packets,
    }),
  };
}

/** Of equal ones the first: how often a rule is repeated is not what names the problem. */
function distinctRules(rules: readonly Rule[]): readonly Rule[] {
  return [...groupBy(rules, ({ table, text }) => `${table} ${text}`).values()].map(([first]) => first);
}

/** A rule where it stands, with what it does as its place. */
export function blamed(rule: Rule, own: Source): Blamed {
  const source = rule.elsewhere ?? own;
  return { place: { source, span: targetSpan(source, rule) }, text: rule.text, rule };
}

function messageOf({ statement, verdict, witness, blame, packets, reason }: Finding): string {
  const because = reason === undefined ? '' : `, because ${reason}`;
  if (verdict === 'undecided') return `${clause(statement)}: undecided${packets === undefined ? '' : ` for ${packets}`}${because}`;
  if (witness !== undefined) return `${clause(statement)}: not so for ${packetText(witness.packet)} (${witness.outcome})${because}`;
  const [rule] = blame;
  const more = blame.length > 1 ? ` and ${plural(blame.length - 1, 'more rule')}` : '';
  const where = rule === undefined ? '' : ` for ${rule.chain}#${rule.number} in table ${rule.table}${more}`;
  return `${clause(statement)}: not so${where}${reason === undefined ? '' : `, ${reason}`}`;
}

/** Without capital and full stop; `DNS` and `TCP` keep theirs. */
function clause(statement: string): string {
  const [first = '', second = ''] = statement;
  return `${second === second.toLowerCase() ? first.toLowerCase() : first}${statement.slice(1).replace(/\.$/, '')}`;
}
