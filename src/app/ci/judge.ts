/** Checks texts of one kind that are read in the same way: the subjects of a review. */
import type { GivenPlace } from '../../connection/setting.ts';
import type { UnreadPod } from '../../kubernetes/manifest/manifests.ts';
import type { Budget } from '../../lib/budget.ts';
import type { VerifyOptions } from '../../prove/judge/verifyRules.ts';
import type { ReviewLocation, Subject } from '../../report/review/review.ts';
import { hasRules } from '../../ruleset/count.ts';
import { type Diagnostic, isError, toBeLoaded } from '../../syntax/text/diagnostic.ts';
import { namedFile, type Source } from '../../syntax/text/source.ts';
import { withFixes } from '../fix/fixes.ts';
import type { PodTexts } from '../load/podTexts.ts';
import type { RuleReading, RuleTexts } from '../load/ruleTexts.ts';
import { renderTexts, type SettingReading } from '../load/settingTexts.ts';
import type { NotedSubjects } from '../verify/notedSubjects.ts';
import { subjectsOfPods, type VerifyPodsQuestion, verifyPodTexts } from '../verify/verifyPods.ts';
import { subjectsOfRules, verifyRuleTexts } from '../verify/verifyRules.ts';

export type BatchQuestion = RulesBatch | SettingsBatch | PodsBatch;

interface JudgedAlike {
  readonly place: GivenPlace;
  readonly options: Omit<VerifyOptions, keyof GivenPlace>;
}

export interface RulesBatch extends JudgedAlike {
  readonly kind: 'rules';
  readonly rules: RuleTexts;
  /** for edits that are proved to fix an error; absent: none are looked for */
  readonly fixes?: Budget;
}

/** Settings of istio-iptables: the rules that Istio writes for them are checked. */
export interface SettingsBatch extends JudgedAlike {
  readonly kind: 'settings';
  readonly settings: readonly Source[];
  readonly rendering: SettingReading;
  readonly reading: RuleReading;
}

export interface PodsBatch extends JudgedAlike, Pick<VerifyPodsQuestion, 'progress'> {
  readonly kind: 'manifest';
  readonly pods: PodTexts;
}

export interface Judged extends NotedSubjects {
  /** with an error there may be subjects missing */
  readonly diagnostics: readonly Diagnostic[];
  readonly parts: readonly JudgedPart[];
}

/** What is checked by itself: the rules of one family in a file, or a pod. */
export interface JudgedPart {
  readonly file: string;
  /** of a pod */
  readonly name?: string;
  readonly says: string;
  /** the mesh of which its rules are checked */
  readonly mesh?: string;
  /** why it is in no mesh, where that is known */
  readonly outside?: string;
  readonly place?: ReviewLocation;
  /** there is an error in it: nothing is said of it */
  readonly isUnread?: true;
  /** there is no rule in it */
  readonly isEmpty?: boolean;
}

export function judgeBatch(batch: BatchQuestion): Judged {
  if (batch.kind === 'manifest') return judgePods(batch);
  if (batch.kind === 'rules') return judgeRules(batch);
  const { settings, rendering, reading, place, options } = batch;
  const { sources, diagnostics } = renderTexts(settings, rendering);
  if (diagnostics.some(isError)) return { subjects: [], diagnostics, notes: [], parts: [] };
  const judged = judgeRules({ kind: 'rules', rules: { sources, reading }, place, options });
  const origins = new Map(settings.map((source) => [source.file, source]));
  return {
    ...judged,
    diagnostics: [...diagnostics, ...judged.diagnostics],
    subjects: judged.subjects.map((subject) => placedIn(subject, origins.get(subject.file))),
  };
}

function judgeRules({ rules, place, options, fixes }: RulesBatch): Judged {
  const question = { rules, options: { ...options, ...place } };
  const { pods: proved, diagnostics } = verifyRuleTexts(question);
  const pods = fixes === undefined ? proved : withFixes(proved, question, fixes);
  const parts = pods.flatMap(({ rulesets, profile }) =>
    rulesets.map((ruleset): JudgedPart => {
      const { family, source } = ruleset;
      return {
        file: namedFile(source),
        says: `rules for IPv${family}`,
        isEmpty: !hasRules(ruleset),
        place: { source, span: { start: 0, end: 0 } },
        ...(profile && { mesh: profile.name }),
      };
    }),
  );
  return { ...subjectsOfRules({ pods }), diagnostics: toBeLoaded(diagnostics), parts };
}

function judgePods({ pods: texts, place, options, progress }: PodsBatch): Judged {
  const { pods, unread, diagnostics } = verifyPodTexts({
    pods: texts,
    options: { ...options, ...place },
    ...(progress !== undefined && { progress }),
  });
  const parts = pods.map(({ pod, outside, verified: { profile } }): JudgedPart => {
    const { source, span } = pod.place;
    return { ...partOf(pod), place: { source, span }, ...(profile && { mesh: profile.name }), ...(outside !== undefined && { outside }) };
  });
  const others = unread.map((pod): JudgedPart => ({ ...partOf(pod), isUnread: true }));
  return { ...subjectsOfPods({ pods }), diagnostics, parts: [...parts, ...others] };
}

function partOf({ kind, namespace, name, place }: UnreadPod): JudgedPart {
  return { file: place.source.file, name: `${kind} ${namespace}/${name}`, says: 'pod' };
}

/** Rendered rules are not edited: the settings as a whole stand for them. */
function placedIn(subject: Subject, source: Source | undefined): Subject {
  if (source === undefined) return subject;
  const place: ReviewLocation = { source, span: { start: 0, end: 1 } };
  const checks = subject.checks.map((check) => ({ ...check, problems: check.problems.map((problem) => ({ ...problem, place })) }));
  return { ...subject, checks };
}
