/** Comparisons of several files or pods, as one report: the fields of chainwalk/diff/v1, and which subject each change is of. */

import type { Bounds } from '../../connection/bounds.ts';
import { mergeBounds } from '../../connection/bounds.ts';
import type { KernelViews } from '../../connection/kernelView.ts';
import type { ChangedClass } from '../../diff/classes.ts';
import type { RuleEdit } from '../../diff/edits.ts';
import type { Sides } from '../../diff/question.ts';
import { distinct } from '../../mesh/assumption.ts';
import { packetText } from '../../packet/notation.ts';
import { backendDifferences } from '../../pods/backendDifferences.ts';
import type { DiffCause } from '../../pods/changeCauses.ts';
import type { DiffSubject, SubjectsDiff } from '../../pods/compareSubjects.ts';
import type { DiffReport } from './diff.ts';
import { apartText, comparedText, diffBounds, lineAt, toDiffReport } from './diff.ts';
import { type TraceRule, toTraceRule } from './walk.ts';

export interface DiffResults {
  readonly compared: readonly Compared[];
  readonly alone: readonly Alone[];
  /** files of rules on one side only, as `notes` say */
  readonly aloneFiles?: number;
  /** sentences about what was not compared, and what was assumed */
  readonly notes: readonly string[];
  /** what the rules of pods rest on */
  readonly assumed?: readonly string[];
  /** files that changed and are of no kind that is known */
  readonly passedOver: number;
}

export interface Compared {
  readonly pair: Sides<DiffSubject>;
  readonly diff: SubjectsDiff;
  readonly causes: ReadonlyMap<ChangedClass, readonly DiffCause[]>;
  /** of rules that were compared as they stand in files */
  readonly edits: readonly RuleEdit[];
  /** pairs of which the same is true */
  readonly alike: readonly Sides<DiffSubject>[];
  /** --on-kernel: what the running kernel did with the examples, on both sides */
  readonly kernels?: KernelViews;
}

/** On one side only. */
export interface Alone {
  readonly side: 'base' | 'head';
  readonly subject: DiffSubject;
}

export interface ResultsReport extends DiffReport {
  readonly results: readonly ResultJson[];
  readonly passedOver: number;
}

export interface ResultJson {
  readonly name: string;
  /** null: it is on one side only, and nothing was compared */
  readonly base: PlaceJson | null;
  readonly head: PlaceJson | null;
  readonly equivalent: boolean | null;
  /** indexes into `changes` and `undecided` */
  readonly changes: readonly number[];
  readonly undecided: readonly number[];
  /** others of which the same is true */
  readonly alike: readonly string[];
  readonly edits: readonly EditJson[];
}

export interface PlaceJson {
  readonly file: string;
  readonly line: number;
}

export interface EditJson {
  readonly kind: RuleEdit['kind'];
  readonly base: TraceRule | null;
  readonly head: TraceRule | null;
  /** of a new rule that decides no packet: `by` are rules before it that take them; absent: it is not known, or other rules do the same */
  readonly why?: { readonly how: 'unreachable-chain' | 'empty-match' | 'shadowed'; readonly by: readonly TraceRule[] };
}

export function toResultsReport({ compared, alone, aloneFiles = 0, notes, assumed = [], passedOver }: DiffResults): ResultsReport {
  const reports = compared.map(reportOf);
  const changes = reports.flatMap((one) => one.changes);
  const undecided = reports.flatMap((one) => one.undecided);
  const bounds = mergeBounds(compared.map(boundsOf));
  const notCompared = apartText(bounds);
  const unseen = [...new Set(reports.flatMap((one) => one.unseen ?? []))];
  let [change, doubt] = [0, 0];
  const results = compared.map(({ pair, alike, edits }, index): ResultJson => {
    const report = reports[index] as DiffReport;
    const [from, doubts] = [change, doubt];
    change += report.changes.length;
    doubt += report.undecided.length;
    return {
      name: nameOfPair(pair),
      base: placeOf(pair.base),
      head: placeOf(pair.head),
      equivalent: report.equivalent,
      changes: report.changes.map((_, at) => from + at),
      undecided: report.undecided.map((_, at) => doubts + at),
      alike: alike.map(nameOfPair),
      edits: edits.map((edit) => toEdit(edit, pair)),
    };
  });
  const lone = alone.map(({ side, subject }): ResultJson => {
    const place = placeOf(subject);
    const places = side === 'base' ? { base: place, head: null } : { base: null, head: place };
    return { name: subject.name, ...places, equivalent: null, changes: [], undecided: [], alike: [], edits: [] };
  });
  return {
    schema: 'chainwalk/diff/v1',
    equivalent: changes.length + undecided.length + lone.length + aloneFiles === 0,
    firstLegOnly: reports.some(({ firstLegOnly }) => firstLegOnly),
    families: [...new Set(reports.flatMap(({ families }) => families))].sort(),
    bounds: comparedText(bounds),
    ...(notCompared !== undefined && { notCompared }),
    profile: reports.find(({ profile }) => profile !== null)?.profile ?? null,
    changes,
    undecided,
    assumptions: distinct(reports.flatMap((one) => one.assumptions)),
    notes: [...new Set([...reports.flatMap((one) => one.notes), ...assumed, ...notes])],
    ...(unseen.length > 0 && { unseen }),
    results: [...results, ...lone],
    passedOver,
  };
}

export function boundsOf({ pair, diff }: Pick<Compared, 'pair' | 'diff'>): Bounds {
  return diffBounds({ ...diff, hosts: [pair.base.hostIs, pair.head.hostIs] });
}

export function reportOf({ pair, diff, causes, kernels }: Compared): DiffReport {
  const profile = (pair.base.profile ?? pair.head.profile)?.name;
  const assumptions = distinct([...(pair.base.assumptions ?? []), ...(pair.head.assumptions ?? [])]);
  const hosts = [pair.base.hostIs, pair.head.hostIs];
  const files = { base: fileOf(pair.base), head: fileOf(pair.head) };
  const differences = backendDifferences({ base: pair.base.rulesets, head: pair.head.rulesets });
  return toDiffReport({ ...diff, files, hosts, profile, causes, assumptions, ...differences, ...(kernels !== undefined && { kernels }) });
}

/** In the order of `changes`. */
export function examplesOf({ diff }: Compared): readonly string[] {
  return diff.diffs.flatMap(({ changes }) => changes.map(({ example }) => packetText(example)));
}

export function nameOfPair({ base, head }: Sides<DiffSubject>): string {
  return base.name === head.name ? head.name : `${base.name} -> ${head.name}`;
}

function fileOf({ rulesets, file }: DiffSubject): string {
  return rulesets[0]?.source.file ?? file;
}

function placeOf({ file, place }: DiffSubject): PlaceJson {
  return { file, line: place === undefined ? 1 : lineAt(place) };
}

function toEdit({ kind, base, head, why }: RuleEdit, pair: Sides<DiffSubject>): EditJson {
  return {
    kind,
    base: base === undefined ? null : toTraceRule(base, fileOf(pair.base)),
    head: head === undefined ? null : toTraceRule(head, fileOf(pair.head)),
    ...(why !== undefined && { why: { how: why.how, by: why.by.map((rule) => toTraceRule(rule, fileOf(pair.head))) } }),
  };
}
