/** Lines in the order of their files, each answer said once, and the totals of all of them: of one run, of workers, or of shards together. */
import { type Bounds, mergeBounds } from '../../connection/bounds.ts';
import { type CheckDiagnostic, isErrorOfText } from '../json/check.ts';
import { provedText, type VerifySummary } from '../json/verify.ts';
import { causePlacesIn } from './causePlaces.ts';
import type { FileLine, LineExit, LineTotals, SameLine, SubjectLine } from './verifyLine.ts';

/** What a line has of its own. */
export type OwnOfLine = Pick<SameLine, 'index' | 'part' | 'rules' | 'answer' | 'pod' | 'places'>;

/** What is kept of an answer. */
export interface KnownAnswer extends Pick<SubjectLine, 'answer' | 'exit' | 'summary' | 'bounds' | 'asked'> {
  readonly word: string;
}

export interface LineCounter {
  /** the line as it stands in the output; a `same` line is of an answer that was added before */
  readonly add: (line: FileLine) => FileLine;
  /** the same without making the whole line, where its answer is known */
  readonly again: (own: OwnOfLine) => SameLine | undefined;
  /** `about`: what is said of manifests together */
  readonly totals: (about?: AboutAll) => LineTotals;
}

export interface AboutAll {
  readonly diagnostics: readonly CheckDiagnostic[];
  readonly strict: boolean;
}

export function lineCounter(): LineCounter {
  const known = new Map<string, KnownAnswer>();
  const verdicts = new Map<string, number>();
  const sum = { holds: 0, violated: 0, undecided: 0, suppressed: 0 };
  const count = { subjects: 0, unread: 0, skipped: 0, asked: 0 };
  let within: Bounds | undefined;
  let exit: LineExit = 0;

  function again({ index, part, rules, answer, pod, places }: OwnOfLine): SameLine | undefined {
    const of = known.get(answer);
    if (of === undefined) return undefined;
    take(of);
    const place = { index, ...(part !== undefined && { part }) };
    const { exit: own, summary, bounds } = of;
    const ofPod = { ...(pod !== undefined && { pod }), ...(places !== undefined && { places }) };
    return { schema: 'chainwalk/verify-lines/v1', kind: 'same', ...place, rules, answer, exit: own, summary, bounds, ...ofPod };
  }

  function take({ word, summary, exit: own, asked }: KnownAnswer): void {
    count.subjects++;
    if (asked !== false) count.asked++;
    verdicts.set(word, (verdicts.get(word) ?? 0) + 1);
    for (const key of ['holds', 'violated', 'undecided'] as const) sum[key] += summary[key];
    sum.suppressed += summary.suppressed ?? 0;
    exit = worse(exit, own);
  }

  return {
    again,
    add: (line) => {
      if (line.kind === 'unread') {
        count.unread++;
        exit = 2;
        return line;
      }
      if (line.kind === 'skipped') {
        count.skipped++;
        return line;
      }
      const same = again(line.kind === 'same' ? line : ownOf(line));
      if (same !== undefined || line.kind === 'same') return same ?? line;
      const { answer, exit: own, summary, bounds, asked, said } = line;
      within = within === undefined ? line.within : mergeBounds([within, line.within]);
      known.set(answer, { answer, exit: own, summary, bounds, word: said.word, ...(asked !== undefined && { asked }) });
      take(known.get(answer) as KnownAnswer);
      return line;
    },
    totals: (about) => ({
      subjects: count.subjects,
      answers: known.size,
      unread: count.unread,
      skipped: count.skipped,
      verdicts: Object.fromEntries([...verdicts].sort(([a], [b]) => (a < b ? -1 : 1))),
      summary: summaryOf(sum),
      bounds: within === undefined ? '' : provedText(within),
      // nothing was asked: that proves nothing
      exit: count.asked === 0 ? 2 : about === undefined ? exit : worse(exit, exitOfAll(about)),
    }),
  };
}

function exitOfAll({ diagnostics, strict }: AboutAll): LineExit {
  if (diagnostics.some(isErrorOfText)) return 2;
  return strict && diagnostics.length > 0 ? 1 : 0;
}

function ownOf(line: SubjectLine): OwnOfLine {
  const places = line.pod === undefined ? [] : causePlacesIn(line);
  return { ...line, ...(places.length > 0 && { places }) };
}

function summaryOf({ suppressed, ...sum }: Required<VerifySummary>): VerifySummary {
  return { ...sum, ...(suppressed > 0 && { suppressed }) };
}

function worse(a: LineExit, b: LineExit): LineExit {
  return a > b ? a : b;
}
