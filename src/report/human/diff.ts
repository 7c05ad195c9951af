/** What changed between two rulesets, for people: the answer first, then a block for each kind of change, the most serious first, the rest in a line each. */

import { type Group, groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { type Assumption, assumptionText, TURNING } from '../../mesh/assumption.ts';
import type { Level } from '../../prove/proof/claim.ts';
import type { DiffDoubt, DiffReport } from '../json/diff.ts';
import type { EditJson } from '../json/diffResults.ts';
import { foldedLines } from '../text/folded.ts';
import { fileLine } from '../text/location.ts';
import { type Paint, PLAIN } from '../text/paint.ts';
import { changeWords, countWords } from '../text/tally.ts';
import { differenceBlocks } from './backendDifference.ts';
import { changeLines, ruleText, type Shown, titleOf } from './diffChange.ts';

export interface DiffStyle {
  readonly paint: Paint;
  readonly width: number;
  /** most kinds of change that are shown in full */
  readonly most?: number;
  /** also every class, assumption and note */
  readonly detailed?: boolean;
}

export interface DiffShown {
  readonly report: DiffReport;
  /** the packet of each change, in notation */
  readonly examples: readonly string[];
  readonly edits: readonly EditJson[];
}

/** In full; of others the first line is shown. */
const MOST_KINDS = 2;
const MOST_BRIEF = 8;
const MOST_EDITS = 10;

export function humanDiff({ report, examples, edits }: DiffShown, style: DiffStyle): string {
  const { changes, undecided, assumptions, notes } = report;
  const { detailed = false } = style;
  const most = style.most ?? (detailed ? Number.POSITIVE_INFINITY : MOST_KINDS);
  const all = changes.map((change, index): Shown => ({ change, example: examples[index] ?? '' }));
  const known = detailed ? [] : all.filter(({ change }) => change.difference !== undefined);
  const shown = all.filter((one) => !known.includes(one));
  const ordinary = shown.filter(({ change }) => change.usual === 'ordinary');
  const main = detailed || ordinary.length === 0 ? shown : ordinary;
  const kinds = [...groupBy(main, ({ change }) => titleOf(change, PLAIN)).values()];
  const full = kinds.slice(0, most);
  const brief = kinds.slice(full.length);
  const both = report.families.length > 1;
  const assumed = detailed ? assumptions : assumptions.filter(({ about }) => TURNING.includes(about));
  const told = detailed ? [] : foldedLines({ assumptions: assumptions.length - assumed.length, notes: notes.length });
  const unnamed = undecided.filter(({ difference }) => difference === undefined);
  const open = detailed ? undecided : unnamed.slice(0, known.length > 0 ? 0 : most);
  const left = detailed ? 0 : unnamed.length - open.length;
  const odd = shown.length - main.length;
  const rest = [
    ...briefLines(brief, style),
    ...(odd === 0 ? [] : [`and ${classes(odd)} of packets for other hosts, or with unusual marks, flags or addresses`]),
    ...(left === 0 ? [] : [`and ${classes(left)} of packets more are undecided`]),
  ];
  const blocks = [
    [
      headline(report, style),
      ...assumed.map((one) => assumedLine(one, style)),
      ...editLines(report, edits),
      ...(detailed ? notes.map((note) => noteLine(note, style)) : []),
      ...(changes.length + undecided.length === 0 ? told : []),
    ],
    ...(detailed ? [] : differenceBlocks(known, report.unseen ?? [], style)),
    ...full.map((kind) => changeLines(kind, { ...style, both, brief: !detailed })),
    ...open.map((doubt) => doubtLines(doubt, style)),
    rest,
    changes.length + undecided.length === 0 ? [] : told.length > 0 || rest.length + odd === 0 ? told : ['-v shows them'],
  ].filter((lines) => lines.length > 0);
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function assumedLine(assumption: Assumption, { paint, width }: DiffStyle): string {
  return paint.dim(paragraph({ text: `assumed ${assumptionText(assumption)}`, width, hang: 8 }));
}

export function noteLine(note: string, { paint, width }: DiffStyle): string {
  return paint.dim(paragraph({ text: `note: ${note}`, width, hang: 6 }));
}

function classes(count: number): string {
  return plural(count, 'class', 'classes');
}

function headline({ equivalent, changes, undecided: all, bounds: scope, notCompared }: DiffReport, { paint, width }: DiffStyle): string {
  const line = (text: string): string => paragraph({ text, width, hang: 2 });
  // what has a name is told with the changes of that name
  const undecided = changes.length === 0 ? all : all.filter(({ difference }) => difference === undefined);
  if (equivalent) return paint.bold(paint.green(line(`EQUAL: no change in behaviour (proved for ${scope})`)));
  const apart = notCompared === undefined ? '' : `; ${notCompared}`;
  const open = `${classes(undecided.length)} of packets ${undecided.length === 1 ? 'is' : 'are'} undecided${apart}`;
  if (changes.length === 0) return paint.bold(paint.yellow(line(`UNDECIDED: no change was found, but ${open}`)));
  const rest = undecided.length === 0 ? `; no other packet changes (proved for ${scope})` : `; ${open}`;
  return paint.bold(paint.red(line(`CHANGED: ${changedWords(changes)}${rest}`)));
}

/** `2 errors, 3 warnings: 5 classes of packets change, 2 into a loop` */
export function changedWords(changes: DiffReport['changes']): string {
  const count = (wanted: Level) => changes.filter(({ level }) => level === wanted).length;
  const counts = countWords({ errors: count('error'), warnings: count('warning'), undecided: 0 });
  const hints = count('info') === 0 ? '' : `${counts === '' ? '' : ', '}${plural(count('info'), 'hint')}`;
  const loops = changes.filter(({ base, head }) => head.outcome === 'loop' && base.outcome !== 'loop').length;
  return `${counts}${hints}: ${changeWords({ changes: changes.length, loops })}`;
}

/** A kind of change in one line, with a packet. */
function briefLines(kinds: readonly Group<Shown>[], { paint, width }: DiffStyle): readonly string[] {
  const more = kinds.length - MOST_BRIEF;
  return [
    ...kinds.slice(0, MOST_BRIEF).map((kind) => {
      const [{ change, example }] = kind;
      const title = `${change.level}: ${titleOf(change, PLAIN)}`;
      const count = kind.length === 1 ? '' : ` (${classes(kind.length)})`;
      // the source that a packet from here has anyway is left out
      const packet = example.replace(/^(out \S+) (?!\[?(?:127\.|::1))\S+ ->/, '$1 ->');
      const text = paragraph({ text: `${title}${count}  ${packet}`, width, hang: 2 });
      return text.startsWith(title) ? `${paint.bold(title)}${text.slice(title.length)}` : text;
    }),
    ...(more > 0 ? [`and ${more} more kinds of change`] : []),
  ];
}

/** What a reviewer sees in the text although it changes nothing. */
function editLines({ equivalent }: DiffReport, edits: readonly EditJson[]): readonly string[] {
  if (!equivalent || edits.length === 0) return [];
  const more = edits.length - MOST_EDITS;
  return [
    ...edits
      .slice(0, MOST_EDITS)
      .flatMap((edit) => [`  ${editText(edit)}: no packet is decided differently`, ...editedTexts(edit), ...whyLines(edit)]),
    ...(more > 0 ? [`  and ${plural(more, 'more edit')} of rules; -v shows them`] : []),
  ];
}

function editText({ kind, base, head }: EditJson): string {
  const rule = head ?? base;
  if (rule === null) return kind;
  const where = `${rule.table} ${rule.chain}`;
  if (base !== null && head !== null) {
    if (kind === 'swapped')
      return `rules ${Math.min(base.rule, head.rule)} and ${Math.max(base.rule, head.rule)} of ${where} changed places`;
    return kind === 'moved' ? `rule ${base.rule} of ${where} is rule ${head.rule} now` : `rule ${head.rule} of ${where} was edited`;
  }
  return `rule ${rule.rule} of ${where} ${kind === 'added' ? 'is new' : 'is gone'}`;
}

/** As diff(1) shows lines; a rule that only moved needs no words. */
function editedTexts({ kind, base, head }: EditJson): readonly string[] {
  if (kind === 'swapped' || kind === 'moved') return [];
  return [...(base === null ? [] : [`    - ${printable(base.text)}`]), ...(head === null ? [] : [`    + ${printable(head.text)}`])];
}

const WHY: Readonly<Record<NonNullable<EditJson['why']>['how'], string>> = {
  'unreachable-chain': 'no rule leads to its chain',
  'empty-match': 'no packet fits it',
  shadowed: 'no packet that it is for reaches it',
};
const MOST_TAKERS = 3;

/** Such as `no packet that it is for reaches it, but is taken before:`, and the rules that take them: of many the last, which takes what is left. */
function whyLines({ why }: EditJson): readonly string[] {
  if (why === undefined) return [];
  const { how, by } = why;
  if (by.length === 0) return [`      ${WHY[how]}`];
  const shown = by.length <= MOST_TAKERS ? by : [...by.slice(0, MOST_TAKERS - 1), ...by.slice(-1)];
  const more = by.length - shown.length;
  return [
    `      ${WHY[how]}: taken before by`,
    ...shown.map(({ rule, text }) => `        rule ${rule}: ${printable(text)}`),
    ...(more > 0 ? [`        and ${plural(more, 'more rule')}`] : []),
  ];
}

function doubtLines({ packets, reason, rules }: DiffDoubt, { paint, width }: DiffStyle): readonly string[] {
  const named = [...rules.base, ...rules.head].map((rule) => `  ${ruleText(rule)}  at ${fileLine(rule.file, rule.line)}`);
  return [
    paint.bold(paint.yellow('UNDECIDED')),
    `  ${paragraph({ text: packets, width: width - 2, hang: 2 }).replaceAll('\n', '\n  ')}`,
    `  ${reason}`,
    ...new Set(named),
  ];
}
