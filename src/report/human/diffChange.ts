/** One kind of change, for people. */

import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import type { TraceAfter } from '../json/after.ts';
import type { CauseJson, DiffChange, DiffSide } from '../json/diff.ts';
import type { TraceFate, TraceRule } from '../json/walk.ts';
import { causeText } from '../review/causeText.ts';
import { KERNEL, NO_PROCESS } from '../text/endpoints.ts';
import { LEVEL_COLOURS, OUTCOME_COLOURS, OUTCOME_WORDS } from '../text/labels.ts';
import { fileLine } from '../text/location.ts';
import type { Paint } from '../text/paint.ts';
import { kernelText } from './kernel.ts';

export interface ChangeStyle {
  readonly paint: Paint;
  readonly width: number;
  /** rules of both families were compared */
  readonly both: boolean;
  /** the first classes alone, the words of each in a few lines */
  readonly brief: boolean;
}

/** A change with its example in notation. */
export interface Shown {
  readonly change: DiffChange;
  readonly example: string;
}

export function titleOf({ base, head, severity }: DiffChange, paint: Paint): string {
  const same = base.outcome === head.outcome;
  if (severity === 'hampered') return `${outcomeText(base, paint)}, and less of the connection arrives`;
  const [was, is] = [base, head].map(({ fate }) => ('oif' in fate ? fate.oif : undefined));
  if (same && was !== undefined && is !== undefined && was !== is)
    return `${outcomeText(base, paint)} via ${was} -> ${outcomeText(head, paint)} via ${is}`;
  return same ? `${outcomeText(base, paint)}, another way` : `${outcomeText(base, paint)} -> ${outcomeText(head, paint)}`;
}

function outcomeText({ outcome, outcomes }: DiffSide, paint: Paint): string {
  return (outcomes ?? [outcome]).map((one) => paint[OUTCOME_COLOURS[one]](OUTCOME_WORDS[one])).join(' or ');
}

/** Changes of one title: each in words and by a packet; how the first one goes. */
export function changeLines(shown: readonly Shown[], style: ChangeStyle): readonly string[] {
  const [first] = shown;
  if (first === undefined) return [];
  const { paint, brief } = style;
  const { base, head, level } = first.change;
  const classes = brief ? shown.slice(0, MOST_CLASSES) : shown;
  const more = shown.length - classes.length;
  const isStalled = [base, head].some(
    ({ connection }) => connection !== undefined && connection.completes !== null && connection.reason !== undefined,
  );
  return [
    `${paint[LEVEL_COLOURS[level]](`${level}:`)} ${paint.bold(titleOf(first.change, paint))}`,
    ...classes.flatMap(({ change, example }) => [...classLines(change, style), `  example  ${example}`]),
    ...(more > 0 ? [`  and ${plural(more, 'more class', 'more classes')} of packets: -v shows them`] : []),
    ...causeLines(
      shown.flatMap(({ change }) => change.cause ?? []),
      style,
    ),
    ...sideLines('base', base, { ...style, connections: isStalled }),
    ...sideLines('head', head, { ...style, connections: isStalled }),
  ];
}

const MOST_CLASSES = 2;
const MOST_LINES = 3;

function classLines({ family, packets }: DiffChange, { both, brief, width }: ChangeStyle): readonly string[] {
  const words = paragraph({ text: `${both ? `${family}: ` : ''}${packets}`, width: width - 2, hang: 2 }).split('\n');
  const lines = brief && words.length > MOST_LINES ? [...words.slice(0, MOST_LINES), '  ...'] : words;
  return lines.map((line) => `  ${line}`);
}

function causeLines(causes: readonly CauseJson[], { width }: ChangeStyle): readonly string[] {
  return [...new Set(causes.map(causeText))].map((text) => {
    const line = paragraph({ text, width: width - 11, hang: 2 }).replaceAll('\n', '\n           ');
    return `  cause    ${line}`;
  });
}

interface SideStyle extends ChangeStyle {
  /** where one of the sides stalls, both say what becomes of the connection */
  readonly connections: boolean;
}

function connectionText({ connection }: DiffSide): string | undefined {
  if (connection === undefined) return undefined;
  if (connection.completes === true) return `completes${connection.reason === undefined ? '' : `, ${connection.reason}`}`;
  return connection.reason === undefined ? undefined : `${connection.completes === null ? 'may stall' : 'stalled'}: ${connection.reason}`;
}

function sideLines(name: string, side: DiffSide, { width, connections }: SideStyle): readonly string[] {
  const { fate, after, rule, kernel } = side;
  const goesOn = connections ? connectionText(side) : undefined;
  const told = goesOn === undefined ? [] : [`           ${indented(goesOn)}`];
  const text =
    rule === null ? 'no rule decides: the policy, or the end of a chain' : `${ruleText(rule)}  at ${fileLine(rule.file, rule.line)}`;
  const line = indented(text);
  const asked = kernel === undefined || kernel.agrees === null ? [] : [`           ${printable(kernelText(kernel))}`];
  return [`  ${name}     ${endText(fate, after)}`, ...told, `           ${line}`, ...asked];

  function indented(words: string): string {
    return paragraph({ text: printable(words), width: width - 11, hang: 2 }).replaceAll('\n', '\n           ');
  }
}

export function ruleText({ table, text }: TraceRule): string {
  return printable(`${table} ${text}`);
}

function endText(fate: TraceFate, { src, sport, sports, dst, dport, proto }: TraceAfter): string {
  const end = (address: string, port: number | string | undefined): string =>
    port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  const flow = `${end(src, sports ?? sport)} -> ${end(dst, dport)}`;
  switch (fate.kind) {
    case 'delivered':
      return `delivered to ${fate.process ?? (isConnected(proto) ? NO_PROCESS : KERNEL)}${fate.listener === undefined ? '' : ` on port ${fate.listener}`}, as ${flow}`;
    case 'sent':
    case 'forwarded':
      return `${fate.kind} ${fate.kind === 'sent' ? 'on' : 'via'} ${fate.oif}, as ${flow}`;
    case 'rejected':
      return `rejected with ${fate.with}`;
    case 'lost':
      return `lost: ${fate.reason}`;
    default:
      return fate.kind;
  }
}

function isConnected(proto: string): boolean {
  return proto === 'tcp' || proto === 'udp';
}
