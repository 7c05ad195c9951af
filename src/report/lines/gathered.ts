/** Lines of a fleet, gathered for the formats that are written when all is known. */
import { type Bounds, mergeBounds } from '../../connection/bounds.ts';
import { jsonText } from '../../lib/printable.ts';
import { type Assumption, distinct } from '../../mesh/assumption.ts';
import { sameLines } from '../human/sameLines.ts';
import { nameOfPod } from '../human/verifyPods.ts';
import type { CheckDiagnostic } from '../json/check.ts';
import { provedText, type VerifyResult } from '../json/verify.ts';
import { PLAIN } from '../text/paint.ts';
import { renamedResult } from './renamedResult.ts';
import type { FileLine, LinePod, LineTotals, SameLine, SubjectLine } from './verifyLine.ts';

export interface GatheredLines {
  /** in the order of the files */
  readonly add: (line: FileLine) => void;
  /** something was asked of one at least */
  readonly asks: () => boolean;
  readonly errors: () => readonly CheckDiagnostic[];
  readonly warnings: () => readonly CheckDiagnostic[];
  /** as `verify -o json`, in pieces */
  readonly json: (totals: LineTotals) => Iterable<string>;
  /** as `verify`, in 80 columns; `detailed`: with all names */
  readonly human: (detailed: boolean) => string;
}

interface Subject extends Pick<SameLine, 'rules' | 'pod' | 'places'> {
  readonly of: SubjectLine;
}

export function gatheredLines(): GatheredLines {
  const answers = new Map<string, SubjectLine>();
  const subjects: Subject[] = [];
  const errors: CheckDiagnostic[] = [];
  return {
    add: (line) => {
      if (line.kind === 'unread') errors.push(...line.errors);
      if (line.kind === 'subject') answers.set(line.answer, line);
      const of = line.kind === 'subject' || line.kind === 'same' ? answers.get(line.answer) : undefined;
      if (of === undefined || (line.kind !== 'subject' && line.kind !== 'same')) return;
      const { rules, pod } = line;
      const places = line.kind === 'same' ? line.places : undefined;
      subjects.push({ rules, of, ...(pod !== undefined && { pod }), ...(places !== undefined && { places }) });
    },
    asks: () => subjects.some(({ of }) => of.asked !== false),
    errors: () => errors,
    warnings: () =>
      subjects.flatMap(({ rules, of, pod }) => [
        ...(of.warnings ?? []).map((one) => ({ ...one, file: rules[of.rules.indexOf(one.file)] ?? one.file })),
        ...(pod?.warnings ?? []),
      ]),
    json: (totals) => jsonPieces(subjects, [...answers.values()], totals),
    human: (detailed) => humanWords(subjects, detailed),
  };
}

/** No more is made of it at a time than one subject. */
function* jsonPieces(subjects: readonly Subject[], answers: readonly SubjectLine[], totals: LineTotals): Iterable<string> {
  const profiles = new Set(answers.map(({ profile }) => profile));
  const within: Bounds = mergeBounds(answers.map((one) => one.within));
  const assumptions: readonly Assumption[] = distinct(answers.flatMap((one) => one.assumptions));
  const notes = new Set(subjects.flatMap((one) => (one.of.notes.length === 0 ? [] : resultOf(one).notes)));
  const head = {
    schema: 'chainwalk/verify/v1',
    rules: [...new Set(subjects.flatMap(({ rules }) => rules))],
    profile: profiles.size === 1 ? (answers[0]?.profile ?? null) : null,
  };
  yield `${jsonText(head).slice(0, -1)},"findings":[`;
  let between = '';
  for (const one of subjects) {
    const text = jsonText(resultOf(one).findings).slice(1, -1);
    if (text === '') continue;
    yield `${between}${text}`;
    between = ',';
  }
  const tail = { summary: totals.summary, bounds: provedText(within), assumptions, notes: [...notes] };
  yield `],${jsonText(tail).slice(1, -1)}`;
  if (subjects.length > 1) {
    yield ',"results":[';
    for (const [at, one] of subjects.entries()) yield `${at === 0 ? '' : ','}${jsonText(resultOf(one))}`;
    yield ']';
  }
  yield* podPieces(subjects.flatMap(({ pod }) => pod ?? []));
  yield '}\n';
}

function* podPieces(pods: readonly LinePod[]): Iterable<string> {
  if (pods.length === 0) return;
  yield ',"pods":[';
  for (const [at, { warnings: _, ...pod }] of pods.entries()) yield `${at === 0 ? '' : ','}${jsonText(pod)}`;
  yield ']';
}

function resultOf({ rules, of, places }: Subject): VerifyResult {
  return renamedResult(of, rules, places);
}

function humanWords(subjects: readonly Subject[], detailed: boolean): string {
  const style = { paint: PLAIN, width: 80 };
  const groups = new Map<string, { readonly first: Subject; readonly others: string[] }>();
  for (const one of subjects) {
    const { words } = one.of.said;
    const group = groups.get(words);
    if (group === undefined) groups.set(words, { first: one, others: [] });
    else group.others.push(one.pod === undefined ? one.rules.join(', ') : nameOfPod({ pod: one.pod }));
  }
  const said = [...groups.values()].map(({ first: { of }, others }) => {
    const { verdict, rest } = of.said;
    return [verdict, ...sameLines(others, style, detailed ? Number.POSITIVE_INFINITY : undefined), ...(rest === '' ? [] : [rest])].join(
      '\n',
    );
  });
  if (subjects.some(({ pod }) => pod !== undefined)) return said.join('\n\n\n');
  const verdicts = new Map<string, number>();
  for (const { of } of subjects) verdicts.set(of.said.word, (verdicts.get(of.said.word) ?? 0) + 1);
  const counts = [...verdicts].map(([word, count]) => `${count} ${word}`).join(', ');
  return [...said, ...(groups.size === 1 || groups.size === subjects.length ? [] : [`${subjects.length} rulesets: ${counts}`])].join(
    '\n\n\n',
  );
}
