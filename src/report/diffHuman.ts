/** What changed between two rulesets, for people: the answer first, then one block a class. */
import type { DiffChange, DiffDoubt, DiffReport, DiffSide } from './diffJson.ts';
import { paragraph } from './layout.ts';
import type { Paint } from './paint.ts';
import { fileLine } from './place.ts';
import { printable } from './printable.ts';
import type { TraceAfter, TraceFate, TraceRule } from './traceJson.ts';
import { OUTCOME_COLOURS, OUTCOME_WORDS } from './words.ts';

export interface DiffStyle {
  readonly paint: Paint;
  readonly width: number;
  /** the packet of each change, in notation */
  readonly examples: readonly string[];
  /** most classes that are shown */
  readonly most: number;
}

export function humanDiff(report: DiffReport, style: DiffStyle): string {
  const { changes, undecided, notes } = report;
  const shown = changes.slice(0, style.most);
  const blocks = [
    [headline(report, style), ...notes.map((note) => style.paint.dim(paragraph({ text: `note: ${note}`, width: style.width, hang: 6 })))],
    ...shown.map((change, index) => changeLines(change, { style, example: style.examples[index] ?? '', both: report.families.length > 1 })),
    ...(changes.length > shown.length ? [[`and ${changes.length - shown.length} more kinds of change; --json has them all`]] : []),
    ...undecided.map((doubt) => doubtLines(doubt, style)),
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function headline({ equivalent, changes, undecided }: DiffReport, { paint }: DiffStyle): string {
  if (equivalent) return paint.bold(paint.green('no change in behaviour (proved for all packets)'));
  const count = `${changes.length} ${changes.length === 1 ? 'kind' : 'kinds'} of packets`;
  if (changes.length === 0) return paint.bold(paint.yellow('undecided: no change was found, but not everything could be compared'));
  const rest = undecided.length === 0 ? ', no other packet does (proved)' : '; others are undecided';
  return paint.bold(paint.red(`behaviour changes for ${count}${rest}`));
}

interface ChangeStyle {
  readonly style: DiffStyle;
  readonly example: string;
  readonly both: boolean;
}

function changeLines({ base, head, packets, family }: DiffChange, { style, example, both }: ChangeStyle): readonly string[] {
  const { paint, width } = style;
  const same = base.outcome === head.outcome;
  const title = same ? `${outcomeText(base, paint)}, another way` : `${outcomeText(base, paint)} -> ${outcomeText(head, paint)}`;
  const words = paragraph({ text: `${both ? `${family}: ` : ''}${packets}`, width: width - 2, hang: 2 });
  return [
    paint.bold(title),
    `  ${words.replaceAll('\n', '\n  ')}`,
    `  example  ${example}`,
    ...sideLines('base', base, style),
    ...sideLines('head', head, style),
  ];
}

function outcomeText({ outcome, outcomes }: DiffSide, paint: Paint): string {
  return (outcomes ?? [outcome]).map((one) => paint[OUTCOME_COLOURS[one]](OUTCOME_WORDS[one])).join(' or ');
}

function sideLines(name: string, { fate, after, rule }: DiffSide, { width }: DiffStyle): readonly string[] {
  const text =
    rule === null ? 'no rule decides: the policy, or the end of a chain' : `${ruleText(rule)}  at ${fileLine(rule.file, rule.line)}`;
  const line = paragraph({ text, width: width - 11, hang: 2 }).replaceAll('\n', '\n           ');
  return [`  ${name}     ${endText(fate, after)}`, `           ${line}`];
}

function ruleText({ table, text }: TraceRule): string {
  return printable(`${table} ${text}`);
}

function endText(fate: TraceFate, { src, sport, dst, dport }: TraceAfter): string {
  const end = (address: string, port: number | undefined): string =>
    port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const flow = `${end(src, sport)} -> ${end(dst, dport)}`;
  switch (fate.kind) {
    case 'delivered':
      return `delivered to ${fate.process ?? 'nobody'}${fate.listener === undefined ? '' : ` on port ${fate.listener}`}, as ${flow}`;
    case 'sent':
    case 'forwarded':
      return `${fate.kind} by ${fate.oif}, as ${flow}`;
    case 'rejected':
      return `rejected with ${fate.with}`;
    case 'lost':
      return `lost: ${fate.reason}`;
    default:
      return fate.kind;
  }
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
