/** Who captures a pod, for people: the answer, then every step that led to it. */
import { type Enrolment, WRITERS } from '../../istio/enrol/enrol.ts';
import type { Taken, Verdict } from '../../istio/enrol/step.ts';
import type { Located } from '../../istio/manifest/node.ts';
import { paragraph } from '../layout.ts';
import type { Paint } from '../paint.ts';
import { fileLine } from '../place.ts';
import { positionOf } from '../positions.ts';
import { printable } from '../printable.ts';

export interface EnrolStyle {
  readonly paint: Paint;
  readonly width: number;
  /** also the steps that found nothing, and what each asks */
  readonly detailed: boolean;
}

/** Without a line feed at its end. */
export function humanEnrol(enrolments: readonly Enrolment[], style: EnrolStyle): string {
  return enrolments.map((enrolment) => humanPod(enrolment, style)).join('\n\n');
}

function humanPod(enrolment: Enrolment, style: EnrolStyle): string {
  const { facts, taken, verdict } = enrolment;
  const { paint, width, detailed } = style;
  const { kind, namespace, name, place } = facts.pod;
  const shown = detailed
    ? taken
    : taken.filter(({ answer: { kind: how, at } }, index) => how !== 'on' || at !== undefined || index === taken.length - 1);
  const hidden = taken.length - shown.length;
  return [
    answer(enrolment, paint),
    paint.dim(paragraph({ text: `${kind} ${printable(`${namespace}/${name}`)}, ${placeText(place)}`, width, hang: 2 })),
    ...shown.flatMap((one, index) => [
      ...(shown[index - 1]?.stage === one.stage ? [] : [`  ${paint.bold(one.stage)}`]),
      ...stepLines(one, { end: one === taken.at(-1) ? verdict : undefined, style }),
    ]),
    ...(hidden === 0 ? [] : [paint.dim(`  and ${hidden} ${hidden === 1 ? 'step' : 'steps'} that found nothing; -v shows them`)]),
    ...facts.assumptions.map((text) => paint.dim(paragraph({ text: `note: ${printable(text)}`, width, hang: 6 }))),
  ].join('\n');
}

const COLOURS = { captured: 'green', skipped: 'yellow', blocked: 'red' } as const;

function answer({ verdict, facts: { approach }, taken }: Enrolment, paint: Paint): string {
  const words: Readonly<Record<Verdict, string>> = {
    captured: `captured by ${WRITERS[approach]}`,
    skipped: `not captured: ${taken.at(-1)?.step.id}`,
    blocked: `does not start: ${taken.at(-1)?.step.id}`,
  };
  return paint.bold(paint[COLOURS[verdict]](words[verdict]));
}

interface StepStyle {
  /** of the step that decided */
  readonly end: Verdict | undefined;
  readonly style: EnrolStyle;
}

const INDENT = 28;

function stepLines({ step, answer: { because, at } }: Taken, { end, style: { paint, width, detailed } }: StepStyle): readonly string[] {
  const where = at === undefined ? '' : ` (${placeText(at)})`;
  const question = detailed ? `${step.asks} ` : '';
  const text = `${question}${end === undefined ? '' : `${end}: `}${printable(because)}${where}`;
  const [first = '', ...rest] = paragraph({ text, width: width - INDENT, hang: 0 }).split('\n');
  const colour = end === undefined ? (line: string) => line : paint[COLOURS[end]];
  return [`    ${step.id.padEnd(INDENT - 5)} ${colour(first)}`, ...rest.map((line) => `${' '.repeat(INDENT)}${colour(line)}`)];
}

function placeText(place: Located<unknown>): string {
  return fileLine(place.source.file, positionOf(place).line);
}
