/** What changed between two rulesets, for people: the answer first, then one block for each kind of change, the most serious first. */

import { groupBy } from '../../lib/groupBy.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { type Assumption, assumptionText } from '../../mesh/assumption.ts';
import type { DiffDoubt, DiffReport } from '../json/diff.ts';
import type { EditJson } from '../json/diffResults.ts';

import { fileLine } from '../text/location.ts';
import { type Paint, PLAIN } from '../text/paint.ts';
import { changeLines, ruleText, type Shown, titleOf } from './diffChange.ts';

export interface DiffStyle {
  readonly paint: Paint;
  readonly width: number;
  /** most kinds of change that are shown */
  readonly most?: number;
}

export interface DiffShown {
  readonly report: DiffReport;
  /** the packet of each change, in notation */
  readonly examples: readonly string[];
  readonly edits: readonly EditJson[];
}

const MOST_KINDS = 10;
const MOST_EDITS = 10;
const MOST_TITLES = 4;

export function humanDiff({ report, examples, edits }: DiffShown, style: DiffStyle): string {
  const { changes, undecided, assumptions, notes } = report;
  const { most = MOST_KINDS } = style;
  const shown = changes.map((change, index): Shown => ({ change, example: examples[index] ?? '' }));
  const ordinary = shown.filter(({ change }) => change.usual === 'ordinary');
  const main = ordinary.length > 0 ? ordinary : shown;
  const kinds = [...groupBy(main, ({ change }) => titleOf(change, PLAIN)).values()];
  const both = report.families.length > 1;
  const blocks = [
    [
      headline(report, style),
      ...assumptions.map((one) => assumedLine(one, style)),
      ...editLines(report, edits),
      ...notes.map((note) => noteLine(note, style)),
    ],
    ...kinds.slice(0, most).map((kind) => changeLines(kind, { ...style, both })),
    ...(kinds.length > most ? [[`and ${kinds.length - most} more kinds of change; --json has them all`]] : []),
    ...(main === shown || shown.length === main.length ? [] : [oddLines(shown, style)]),
    ...undecided.map((doubt) => doubtLines(doubt, style)),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function assumedLine(assumption: Assumption, { paint, width }: DiffStyle): string {
  return paint.dim(paragraph({ text: `assumed ${assumptionText(assumption)}`, width, hang: 8 }));
}

export function noteLine(note: string, { paint, width }: DiffStyle): string {
  return paint.dim(paragraph({ text: `note: ${note}`, width, hang: 6 }));
}

function headline({ equivalent, changes, undecided, bounds: scope }: DiffReport, { paint, width }: DiffStyle): string {
  const line = (text: string): string => paragraph({ text, width, hang: 2 });
  if (equivalent) return paint.bold(paint.green(line(`no change in behaviour (proved for ${scope})`)));
  const classes = (count: number) => plural(count, 'class', 'classes');
  const open = `${classes(undecided.length)} of packets ${undecided.length === 1 ? 'is' : 'are'} undecided`;
  if (changes.length === 0) return paint.bold(paint.yellow(line(`undecided: no change was found, but ${open}`)));
  const ordinary = changes.filter(({ usual }) => usual === 'ordinary').length;
  const others = changes.length - ordinary;
  const kinds = (count: number) => plural(count, 'kind');
  const unusual = `${kinds(others)} of packets for other hosts, or with unusual marks, flags or addresses`;
  const count = ordinary === 0 ? unusual : `${kinds(ordinary)} of packets${others === 0 ? '' : `, and for ${unusual}`}`;
  const rest =
    undecided.length === 0
      ? `, no other packet does (proved for ${scope})`
      : `; ${classes(undecided.length)} of others ${undecided.length === 1 ? 'is' : 'are'} undecided`;
  return paint.bold(paint.red(line(`behaviour changes for ${count}${rest}`)));
}

/** Packets for other hosts, and those with marks, flags or addresses that nobody uses, in brief. */
function oddLines(shown: readonly Shown[], { paint, width }: DiffStyle): readonly string[] {
  const odd = groupBy(
    shown.filter(({ change }) => change.usual !== 'ordinary'),
    ({ change }) => change.severity,
  );
  return [
    paint.bold('packets for other hosts, or with unusual marks, flags or addresses; --json has all'),
    ...[...odd].flatMap(([severity, group]) => {
      const titles = [...new Set(group.map(({ change }) => titleOf(change, PLAIN)))];
      const more = titles.length - MOST_TITLES;
      const text = `${severity}: ${titles.slice(0, MOST_TITLES).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
      const lines = paragraph({ text, width: width - 2, hang: 2 }).replaceAll('\n', '\n  ');
      return [`  ${lines}`, `    example  ${group[0]?.example ?? ''}`];
    }),
  ];
}

/** What a reviewer sees in the text although it changes nothing. */
function editLines({ equivalent }: DiffReport, edits: readonly EditJson[]): readonly string[] {
  if (!equivalent || edits.length === 0) return [];
  const more = edits.length - MOST_EDITS;
  return [
    ...edits.slice(0, MOST_EDITS).flatMap((edit) => [`  ${editText(edit)}: no packet is decided differently`, ...editedTexts(edit)]),
    ...(more > 0 ? [`  and ${plural(more, 'more edit')} of rules; --json has them all`] : []),
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

function doubtLines({ packets, reason, rules }: DiffDoubt, { paint, width }: DiffStyle): readonly string[] {
  const named = [...rules.base, ...rules.head].map((rule) => `  ${ruleText(rule)}  at ${fileLine(rule.file, rule.line)}`);
  return [
    paint.bold(paint.yellow('UNDECIDED')),
    `  ${paragraph({ text: packets, width: width - 2, hang: 2 }).replaceAll('\n', '\n  ')}`,
    `  ${reason}`,
    ...new Set(named),
  ];
}
