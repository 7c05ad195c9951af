/** The steps of one leg as lines. */

import { row } from '../../lib/layout.ts';
import { endpointText, hexMark, pickedText } from '../../packet/notation.ts';
import { countersOf } from '../../ruleset/counters.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Choice, Verdict, WalkStep } from '../../simulate/trace.ts';
import type { Source } from '../../syntax/text/source.ts';
import { branchesText, leftText } from '../text/doneStep.ts';
import { ruleBody, ruleName } from '../text/location.ts';
import { sawText } from '../text/observedValues.ts';
import type { Paint } from '../text/paint.ts';
import { type FileStyle, placeOf } from './place.ts';

export interface StepStyle extends FileStyle {
  readonly paint: Paint;
  readonly width: number;
  /** columns of the widest `table chain number` of the whole trace */
  readonly key: KeyWidths;
  /** text of the rules, for the counters that a dump may have */
  readonly source?: Source | undefined;
  /** in which places stand, where a trace is folded */
  readonly column: number;
}

export interface KeyWidths {
  readonly table: number;
  readonly chain: number;
  readonly number: number;
}

export function keyWidths(steps: readonly WalkStep[]): KeyWidths {
  const rules = steps.flatMap((step) => ('rule' in step && step.rule !== undefined ? [step.rule] : []));
  const widest = (texts: readonly string[], most: number) =>
    Math.min(
      most,
      texts.reduce((width, text) => Math.max(width, text.length), 0),
    );
  return {
    table: widest(['filter', ...rules.map((rule) => rule.table)], 8),
    chain: widest(['OUTPUT', ...rules.map((rule) => rule.chain)], 18),
    number: widest(
      rules.map((rule) => String(rule.number)),
      6,
    ),
  };
}

export function stepLines(steps: readonly WalkStep[], style: StepStyle): readonly string[] {
  const { paint } = style;
  const lines: string[] = [];
  let asides: string[] = [];
  let accepted: string[] = [];
  let conntrack = '';
  let verdict = '';
  /** index of the step that the last line is about */
  let last = -1;
  const close = () => {
    if (accepted.length > 0) asides.push(`policy ACCEPT: ${accepted.join(', ')}`);
    accepted = [];
  };
  /** policies and states go on the line of their hook when no rule stands between */
  const flush = () => {
    close();
    if (asides.length > 0) {
      const aside = asides.join('; ');
      const hook = steps[last];
      if (hook?.kind === 'hook') lines[lines.length - 1] = hookLine(hook, style) + paint.dim(aside);
      else lines.push(paint.dim(note(style, aside)));
    }
    asides = [];
  };
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'policy' && step.verdict === 'ACCEPT') {
      accepted.push(step.table);
    } else if (step.kind === 'conntrack') {
      const state = `conntrack: ${step.state}${step.zone === 0 ? '' : ` in zone ${step.zone}`}`;
      close();
      if (state !== conntrack) asides.push(state);
      conntrack = state;
    } else {
      flush();
      lines.push(...oneStep(step, { ...style, verdict }));
      last = index;
      verdict = '';
      if (step.kind === 'rule' || step.kind === 'left') for (const text of branchesText(step)) lines.push(note(style, text));
      if (step.kind === 'rule' && !saysItsVerdict(step.rule, step.verdict)) {
        if (hasNote(steps[index + 1])) verdict = `${step.verdict}, `;
        else lines.push(note(style, step.verdict));
      }
    }
  }
  flush();
  return lines;
}

/** `-j RETURN` and jumps say what they decide; NAT, MARK and rules without a target do not. */
function saysItsVerdict(rule: Rule, verdict: Verdict): boolean {
  return verdict === 'JUMP' || verdict === 'GOTO' || rule.target === verdict;
}

/** The step is printed as a note under its rule, which can take the rule's verdict along. */
function hasNote(step: WalkStep | undefined): boolean {
  return step?.kind === 'nat' || step?.kind === 'mark' || step?.kind === 'field' || step?.kind === 'divert';
}

/** A remark under a rule, in the column of the rules' texts. */
function note({ key, width }: StepStyle, text: string): string {
  return row({ lead: ' '.repeat(leadWidth(key)), text, right: '', width }).join('\n');
}

function oneStep(step: Exclude<WalkStep, { kind: 'conntrack' }>, style: StepStyle & { readonly verdict: string }): readonly string[] {
  const { paint, verdict } = style;
  switch (step.kind) {
    case 'hook':
      return [hookLine(step, style).trimEnd()];
    case 'rule':
      return linked(rowOf(step.rule, style), step.rule, style);
    case 'left':
      return [...linked(rowOf(step.rule, style), step.rule, style), note(style, leftText(step))];
    case 'miss': {
      const reason = note(style, `no: ${sawText(step.saw)}, wanted ${step.clause.text}`);
      const lines = withPlace(rowOf(step.rule, style), { remark: reason, width: style.width });
      return linked(lines, step.rule, style).map((line) => paint.dim(line));
    }
    case 'policy':
      return [`  ${paint.red(`policy ${step.verdict}: ${step.table} ${step.chain}`)}`];
    case 'end':
      return [`  ${paint.dim(`${step.table.padEnd(style.key.table)} ${step.chain}: end of chain, back to the caller`)}`];
    case 'nat':
      return [paint.bold(note(style, `${verdict}${step.manip} ${endpointText(step.from)} := ${pickedText(step.to, step.ports)}`))];
    case 'mark':
      return [note(style, `${verdict}${step.on === 'packet' ? 'mark' : 'connection mark'} := ${hexMark(step.value)}`)];
    case 'field':
      return [note(style, `${verdict}${step.field} := ${fieldText(step)}`)];
    case 'route':
      return [`  ${routeText(step)}`];
    case 'divert':
      return [
        note(
          style,
          verdict + (step.found ? `given to the transparent socket on port ${step.port}` : `no transparent socket on port ${step.port}`),
        ),
      ];
    case 'choice':
      return [paint.yellow(note(style, forkText(step.choice, style.file)))];
  }
}

function fieldText({ field, value }: Extract<WalkStep, { kind: 'field' }>): string {
  return field === 'ttl' ? String(value) : `0x${value.toString(16).padStart(2, '0')}`;
}

/** Once the lines are laid out: what a link adds takes no room. */
function linked(lines: readonly string[], rule: Rule, style: StepStyle): readonly string[] {
  const { name, shown } = placeOf(rule, style);
  return lines.map((line) => (line.endsWith(name) ? line.slice(0, -name.length) + shown : line));
}

/** `hits 1204`; empty: the text has no counters. */
export function hitsText(rule: Rule, source: Source | undefined): string {
  const counters = source && countersOf(source, rule);
  return counters === undefined ? '' : `hits ${counters.packets}`;
}

function rowOf(rule: Rule, style: StepStyle): readonly string[] {
  const { key, width } = style;
  const text = ruleBody(rule);
  const lead = `  ${rule.table.padEnd(key.table)} ${rule.chain.padEnd(key.chain)} ${String(rule.number).padStart(key.number)}  `;
  const hits = hitsText(rule, style.source);
  const right = `${hits}${hits === '' ? '' : '  '}${placeOf(rule, style).name}`;
  const column = leadWidth(key);
  if (lead.length <= column) return row({ lead, text, right, width });
  // a long chain name has a line to itself, so that the texts stay in their column
  return [...row({ lead, text: '', right, width }), ...row({ lead: ' '.repeat(column), text, right: '', width })];
}

/** What it depends on is said in the answer; here only which way this branch goes. */
export function forkText({ why, what, rule, taken, probability, lacks }: Choice, file: string): string {
  const odds = probability === undefined ? '' : ` ${Number(probability.toFixed(4))}`;
  const cause = why === 'chance' ? `chance${odds}` : lacks === undefined ? 'not modelled' : 'not known';
  return `fork (${cause}): ${rule === undefined ? what : ruleName(rule, file)} ${taken}`;
}

/** A place that had no room beside its rule moves beside the remark, if there is room. */
function withPlace(lines: readonly string[], { remark, width }: { readonly remark: string; readonly width: number }): readonly string[] {
  const place = lines.at(-1)?.trim() ?? '';
  const alone = lines.length > 1 && !place.replace(/^hits \d+ {2}/, '').includes(' ');
  if (!alone || remark.includes('\n') || remark.length + 2 + place.length > width) return [...lines, remark];
  return [...lines.slice(0, -1), remark + place.padStart(width - remark.length)];
}

/** Width of `  table chain number  `. */
function leadWidth(key: KeyWidths): number {
  return key.table + key.chain + key.number + 6;
}

/** Padded to the column in which the rules' texts stand. */
function hookLine(step: Extract<WalkStep, { kind: 'hook' }>, { paint, key }: StepStyle): string {
  const rest = interfaces(step);
  const width = step.hook.length + rest.length + 2;
  return `  ${paint.bold(step.hook)}${rest}${' '.repeat(Math.max(2, leadWidth(key) - width))}`;
}

function interfaces({ iif, oif }: { readonly iif?: string; readonly oif?: string }): string {
  return [iif === undefined ? '' : ` in ${iif}`, oif === undefined ? '' : ` out ${oif}`].filter((text) => text !== '').join(',');
}

function routeText({ again, local, oif, table }: Extract<WalkStep, { kind: 'route' }>): string {
  const dev = oif === undefined ? '' : ` dev ${oif}`;
  const from = table === 'main' || table === 'local' ? '' : ` table ${table}`;
  return `${again ? 'route again:' : 'route:'}${local ? ' local' : ''}${dev}${from}`;
}
