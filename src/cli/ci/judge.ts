/** Everything that a configuration names, judged as `chainwalk verify` would: the subjects of a review. */
import { podSubject } from '../../report/review/fromPods.ts';
import { rulesSubjects } from '../../report/review/fromVerified.ts';
import type { Place, Subject } from '../../report/review/review.ts';
import { countRules } from '../../ruleset/count.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import type { Source } from '../../syntax/text/source.ts';
import type { Call } from '../argv/command.ts';
import { verifyRuleFiles } from '../verify/runVerify.ts';
import { verifyManifests } from '../verify/verifyPods.ts';
import type { Batch } from './groups.ts';
import { RENDERED, withRenderedSettings } from './settings.ts';

export interface Judged {
  readonly subjects: readonly Subject[];
  /** with an error there may be subjects missing */
  readonly diagnostics: readonly Diagnostic[];
  readonly notes: readonly SubjectNotes[];
  readonly parts: readonly Part[];
  /** a file could not be read, which has been said */
  readonly unreadable: boolean;
}

/** Something that is judged for itself: the rules of one family in a file, or a pod. */
export interface Part {
  readonly file: string;
  /** of a pod */
  readonly name?: string;
  readonly says: string;
  /** as which it is judged */
  readonly mesh?: string;
  /** there is no rule in it */
  readonly isEmpty?: boolean;
}

export interface SubjectNotes {
  readonly subject: string;
  readonly notes: readonly string[];
}

export async function judgeBatches(call: Call, batches: readonly Batch[]): Promise<Judged> {
  const judged: Judged[] = [];
  for (const batch of batches) judged.push(await judgeBatch(call, batch));
  return {
    subjects: judged.flatMap(({ subjects }) => subjects),
    diagnostics: judged.flatMap(({ diagnostics }) => diagnostics),
    notes: judged.flatMap(({ notes }) => notes),
    parts: judged.flatMap(({ parts }) => parts),
    unreadable: judged.some(({ unreadable }) => unreadable),
  };
}

const UNREADABLE: Judged = { subjects: [], diagnostics: [], notes: [], parts: [], unreadable: true };

export async function judgeBatch(call: Call, batch: Batch): Promise<Judged> {
  const asked: Call = { ...call, input: { ...call.input, args: [], options: { ...call.input.options, ...batch.options } } };
  if (batch.kind === 'manifest') return judgeManifests(asked, batch.files);
  if (batch.kind === 'rules') return judgeRules(asked, batch.files);
  const diagnostics: Diagnostic[] = [];
  const names = batch.files.map((file) => file + RENDERED);
  const judged = await judgeRules(
    withRenderedSettings(asked, (one) => diagnostics.push(one)),
    names,
  );
  if (diagnostics.some(isError)) return { ...UNREADABLE, diagnostics, unreadable: false };
  return {
    ...judged,
    diagnostics: [...diagnostics, ...judged.diagnostics],
    parts: judged.parts.map((part) => ({ ...part, file: part.file.replace(RENDERED, '') })),
    subjects: await placedInSettings(call, judged.subjects),
  };
}

async function judgeRules(call: Call, files: readonly string[]): Promise<Judged> {
  const verified = await verifyRuleFiles(call, files);
  if (verified === undefined) return UNREADABLE;
  const { pods, diagnostics } = verified;
  const subjects = rulesSubjects(pods);
  const notes = pods.map((pod, index) => ({ subject: subjects[index]?.name ?? '', notes: pod.notes }));
  const parts = pods.flatMap(({ rulesets, profile }) =>
    rulesets.map((ruleset): Part => {
      const { family, source } = ruleset;
      const isEmpty = countRules(ruleset) === 0;
      return { file: source.file, says: `rules for IPv${family}`, isEmpty, ...(profile && { mesh: profile.name }) };
    }),
  );
  return { subjects, notes, diagnostics, parts, unreadable: false };
}

async function judgeManifests(call: Call, files: readonly string[]): Promise<Judged> {
  const verified = await verifyManifests(call, files);
  if (verified === undefined) return UNREADABLE;
  const subjects = verified.pods.map(podSubject);
  const notes = verified.pods.map((pod, index) => ({ subject: subjects[index]?.name ?? '', notes: pod.verified.notes }));
  const parts = verified.pods.map(({ pod, verified: { profile } }): Part => {
    const name = `${pod.kind} ${pod.namespace}/${pod.name}`;
    return { file: pod.place.source.file, name, says: 'pod', ...(profile && { mesh: profile.name }) };
  });
  return { subjects, notes, diagnostics: verified.diagnostics, parts, unreadable: false };
}

/** Nobody edits rendered rules: the settings as a whole stand for them. */
async function placedInSettings({ io }: Call, subjects: readonly Subject[]): Promise<readonly Subject[]> {
  return Promise.all(
    subjects.map(async (subject) => {
      const file = subject.file.replace(RENDERED, '');
      const content = await io.read(file);
      const source: Source = { file, text: 'text' in content ? content.text : '' };
      const place: Place = { source, span: { start: 0, end: 1 } };
      const checks = subject.checks.map((check) => ({ ...check, problems: check.problems.map((problem) => ({ ...problem, place })) }));
      return { ...subject, name: subject.name.replaceAll(RENDERED, ''), file, checks };
    }),
  );
}
