/** The steps of one leg as lines. */
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Step, Verdict } from '../../simulate/trace.ts';
import { endpointText, hexMark } from '../address.ts';
import { row } from '../layout.ts';
import type { Paint } from '../paint.ts';
import { sawText } from '../saw.ts';
import { choiceText } from './headline.ts';
import { fileLine, ruleBody } from './place.ts';

export interface StepStyle {
  readonly paint: Paint;
  readonly width: number;
  readonly file: string;
  /** columns of the widest `table chain number` of the whole trace */
  readonly key: KeyWidths;
}

export interface KeyWidths {
  readonly table: number;
  readonly chain: number;
  readonly number: number;
}

export function keyWidths(steps: readonly Step[]): KeyWidths {
  const rules = steps.flatMap((step) => (step.kind === 'rule' || step.kind === 'miss' ? [step.rule] : []));
  const widest = (texts: readonly string[], most: number) =>
    Math.min(
      most,
      texts.reduce((width, text) => Math.max(width, text.length), 0),
    );
  return {
    table: widest(['filter', ...rules.map((rule) => rule.table)], 8),
    chain: widest(['OUTPUT', ...rules.map((rule) => rule.chain)], 20),
    number: widest(
      rules.map((rule) => String(rule.number)),
      6,
    ),
  };
}

export function stepLines(steps: readonly Step[], style: StepStyle): readonly string[] {
  const lines: string[] = [];
  let accepted: string[] = [];
  let conntrack = '';
  const flush = () => {
    if (accepted.length > 0) lines.push(`  ${style.paint.dim(`policy ACCEPT: ${accepted.join(', ')}`)}`);
    accepted = [];
  };
  let verdict = '';
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'policy' && step.verdict === 'ACCEPT') {
      accepted.push(step.table);
      continue;
    }
    flush();
    if (step.kind === 'conntrack') {
      const state = `conntrack: ${step.state}, zone ${step.zone}`;
      if (state !== conntrack) lines.push(`  ${style.paint.dim(state)}`);
      conntrack = state;
    } else lines.push(...oneStep(step, { ...style, verdict }));
    verdict = '';
    if (step.kind === 'rule' && !saysItsVerdict(step.rule, step.verdict)) {
      if (hasNote(steps[index + 1])) verdict = `${step.verdict}, `;
      else lines.push(note(style, step.verdict));
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
function hasNote(step: Step | undefined): boolean {
  return step?.kind === 'nat' || step?.kind === 'mark' || step?.kind === 'divert';
}

function note({ key }: StepStyle, text: string): string {
  return `${' '.repeat(leadWidth(key))}${text}`;
}

function oneStep(step: Exclude<Step, { kind: 'conntrack' }>, style: StepStyle & { readonly verdict: string }): readonly string[] {
  const { paint, verdict } = style;
  switch (step.kind) {
    case 'hook':
      return [`  ${paint.bold(step.hook)}${interfaces(step)}`];
    case 'rule':
      return rowOf(step.rule, ruleBody(step.rule), style);
    case 'miss': {
      const lines = [
        ...rowOf(step.rule, ruleBody(step.rule), style),
        note(style, `no: ${sawText(step.saw)}; asked is ${step.clause.text}`),
      ];
      return lines.map((line) => paint.dim(line));
    }
    case 'policy':
      return [`  ${paint.red(`policy ${step.verdict}: ${step.table} ${step.chain}`)}`];
    case 'end':
      return [`  ${paint.dim(`${step.table.padEnd(style.key.table)} ${step.chain}: end of chain, back to the caller`)}`];
    case 'nat':
      return [note(style, verdict + paint.bold(`${step.manip} ${endpointText(step.from)} := ${endpointText(step.to)}`))];
    case 'mark':
      return [note(style, `${verdict}${step.on === 'packet' ? 'mark' : 'connection mark'} := ${hexMark(step.value)}`)];
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
      return [note(style, paint.yellow(`fork: ${choiceText(step.choice, style.file)}; here: ${step.choice.taken}`))];
  }
}

function rowOf(rule: Rule, text: string, { key, width, file }: StepStyle): readonly string[] {
  const lead = `  ${rule.table.padEnd(key.table)} ${rule.chain.padEnd(key.chain)} ${String(rule.number).padStart(key.number)}  `;
  return row({ lead, text, right: fileLine(file, rule.line), width });
}

/** Width of `  table chain number  `. */
function leadWidth(key: KeyWidths): number {
  return key.table + key.chain + key.number + 6;
}

function interfaces({ iif, oif }: { readonly iif?: string; readonly oif?: string }): string {
  return [iif === undefined ? '' : ` in ${iif}`, oif === undefined ? '' : ` out ${oif}`].filter((text) => text !== '').join(',');
}

function routeText({ again, local, oif, table }: Extract<Step, { kind: 'route' }>): string {
  const where = local ? 'to this host' : 'onwards';
  const by = oif === undefined ? '' : ` by ${oif}`;
  const from = table === 'main' || table === 'local' ? '' : ` (table ${table})`;
  return `${again ? 'routed again' : 'routed'}: ${where}${by}${from}`;
}
