/** Who captures a pod, for people: the answer, then every step that led to it. */

import type { Enrolment } from '../../injection/enrol/enrol.ts';
import { WRITERS } from '../../injection/facts/approach.ts';
import type { Facts } from '../../injection/facts/facts.ts';
import { initPhase } from '../../injection/facts/initPhase.ts';
import { nativeSidecarOf, nativeText } from '../../injection/facts/nativeSidecar.ts';
import { otherMesh } from '../../injection/facts/otherMesh.ts';
import type { CaptureVerdict, Taken } from '../../injection/facts/step.ts';
import { type PodFinding, subjectOf } from '../../injection/podChecks/check.ts';
import { type AnsweredProbe, answeredProbes } from '../../injection/podChecks/probes.ts';
import { podAssumptions } from '../../injection/podRules/podAssumptions.ts';
import type { PodSetting } from '../../injection/podRules/podSetting.ts';
import type { SourceLocation } from '../../istio/settings/settingSource.ts';
import { paragraph } from '../../lib/layout.ts';
import { plural } from '../../lib/plural.ts';
import { printable } from '../../lib/printable.ts';
import { type Assumption, assumptionTexts, TURNING } from '../../mesh/assumption.ts';
import { PHASE_WORDS } from '../../pods/initPhase.ts';
import type { EnrolledPodInput } from '../json/enrol.ts';
import { foldedLines } from '../text/folded.ts';
import { fileLine } from '../text/location.ts';
import type { Paint } from '../text/paint.ts';
import { positionOf } from '../text/positions.ts';
import { countWords } from '../text/tally.ts';

export interface EnrolStyle {
  readonly paint: Paint;
  readonly width: number;
  /** also the steps that found nothing, and the question of each */
  readonly detailed: boolean;
}

/** Without a line feed at its end. */
export function humanEnrol(answers: readonly EnrolledPodInput[], style: EnrolStyle): string {
  return answers.map((one) => humanPod(one, style)).join('\n\n');
}

function humanPod({ enrolment, rules, findings }: EnrolledPodInput, style: EnrolStyle): string {
  const { facts, taken, verdict } = enrolment;
  const { paint, width, detailed } = style;
  const { kind, namespace, name, place } = facts.pod;
  const shown = detailed
    ? taken
    : taken.filter(({ answer: { kind: how, at } }, index) => how !== 'on' || at !== undefined || index === taken.length - 1);
  const hidden = taken.length - shown.length;
  return [
    answer(enrolment, { findings, paint }),
    paint.dim(paragraph({ text: `${kind} ${printable(`${namespace}/${name}`)}, ${placeText(place)}`, width, hang: 2 })),
    ...shown.flatMap((one, index) => [
      ...(shown[index - 1]?.stage === one.stage ? [] : [`  ${paint.bold(one.stage)}`]),
      ...stepLines(one, { end: one === taken.at(-1) ? verdict : undefined, style }),
    ]),
    ...(hidden === 0 ? [] : [paint.dim(`  and ${plural(hidden, 'step')} that found nothing; -v shows them`)]),
    ...settingLines(rules.settings, style),
    ...(verdict === 'captured' ? initLines(facts, style) : []),
    ...(detailed ? probeLines(answeredProbes(subjectOf(enrolment, rules)), style) : []),
    ...findingLines(detailed ? findings : findings.filter(({ level }) => level !== 'info'), style),
    ...restLines({ assumptions: podAssumptions(enrolment, rules), hints: findings.filter(({ level }) => level === 'info').length }, style),
  ].join('\n');
}

interface Rest {
  readonly assumptions: readonly Assumption[];
  readonly hints: number;
}

/** What turns answers round is told; the rest is counted. */
function restLines({ assumptions, hints }: Rest, { paint, width, detailed }: EnrolStyle): readonly string[] {
  const told = assumptionTexts(detailed ? assumptions : assumptions.filter(({ about }) => TURNING.includes(about)));
  const folded = detailed ? [] : foldedLines({ hints, assumptions: assumptionTexts(assumptions).length - told.length });
  return [
    ...told.map((text) => paint.dim(paragraph({ text: `assumed ${printable(text)}`, width, hang: 8 }))),
    ...folded.map((line) => paint.dim(line)),
  ];
}

const COLOURS = { captured: 'green', skipped: 'yellow', blocked: 'red' } as const;

function answer(
  { verdict, facts, taken }: Enrolment,
  { findings, paint }: { readonly findings: readonly PodFinding[]; readonly paint: Paint },
): string {
  const outside = findings.some(({ claim }) => claim === 'pod-captured');
  const of = (level: PodFinding['level']) => findings.filter((one) => one.level === level).length;
  const counted = countWords({ errors: of('error'), warnings: of('warning'), undecided: 0 });
  const counts = counted === '' ? '' : `; ${counted}`;
  const other = otherMesh(facts);
  if (other !== undefined) return paint.bold(paint.red(`NOT CHECKED: ${other.title}${counts}`));
  const words: Readonly<Record<CaptureVerdict, string>> = {
    captured: `CAPTURED by ${WRITERS[facts.approach]}${counts}`,
    skipped: `${outside ? 'NOT CAPTURED' : 'NOT MEANT TO BE CAPTURED'}: ${taken.at(-1)?.step.id}${counts}`,
    blocked: `DOES NOT START: ${taken.at(-1)?.step.id}${counts}`,
  };
  return paint.bold(paint[verdict === 'skipped' && outside ? 'red' : COLOURS[verdict]](words[verdict]));
}

interface StepStyle {
  /** of the step that decided */
  readonly end: CaptureVerdict | undefined;
  readonly style: EnrolStyle;
}

const INDENT = 28;

function stepLines({ step, answer: { because, at } }: Taken, { end, style: { paint, width, detailed } }: StepStyle): readonly string[] {
  const where = at === undefined ? '' : ` (${placeText(at)})`;
  const question = detailed ? `${step.asks} ` : '';
  const decided = end === undefined || end === 'captured' ? '' : `${end}: `;
  const text = `${question}${decided}${printable(because)}${where}`;
  const [first = '', ...rest] = paragraph({ text, width: width - INDENT, hang: 0 }).split('\n');
  const colour = end === undefined ? (line: string) => line : paint[COLOURS[end]];
  return [`    ${step.id.padEnd(INDENT - 5)} ${colour(first)}`, ...rest.map((line) => `${' '.repeat(INDENT)}${colour(line)}`)];
}

/** Those that are set; with details also the defaults. */
function settingLines(settings: readonly PodSetting[], { paint, width, detailed }: EnrolStyle): readonly string[] {
  const shown = settings.filter(({ byDefault }) => detailed || !byDefault);
  if (settings.length === 0) return [];
  const lines = shown.flatMap(({ by, name, value, from, byDefault, place }) => {
    const where = byDefault ? from : `${from}, ${placeText(place)}`;
    const setting = by === 'flag' ? `--${name}` : name;
    const text = `${setting} ${value === '' ? '""' : printable(value)} (${printable(where)})`;
    return `    ${paragraph({ text, width: width - 4, hang: 6 })}`;
  });
  return [`  ${paint.bold('settings')}${lines.length === 0 ? ': the defaults; -v shows them' : ''}`, ...lines];
}

/** What each of the pod's own init containers finds, and why. */
function initLines(facts: Facts, { paint, width }: EnrolStyle): readonly string[] {
  const { containers } = initPhase(facts);
  const why = nativeText(facts);
  if (containers.length === 0 || why === undefined) return [];
  const { at } = nativeSidecarOf(facts);
  const because = paragraph({ text: `${why}${at === undefined ? '' : ` (${placeText(at)})`}`, width: width - 4, hang: 2 });
  const lines = containers.map(({ container, phase }) =>
    paragraph({ text: `${printable(container.name.value)}: ${PHASE_WORDS[phase]}`, width: width - 4, hang: 2 }),
  );
  return [`  ${paint.bold('init containers')}`, ...[because, ...lines].map((line) => `    ${line.replaceAll('\n', '\n    ')}`)];
}

const ANSWERS_BY = {
  agent: 'the agent answers for it',
  application: 'the application answers',
  proxy: 'the proxy answers',
  container: 'the container answers',
  unknown: 'not known',
} as const;

function probeLines(probes: readonly AnsweredProbe[], { paint, width }: EnrolStyle): readonly string[] {
  const lines = probes.map(({ container, kind, how, port, by, because }) => {
    const text = `${printable(container)} ${kind} ${how}${port === undefined ? '' : ` ${port}`}: ${ANSWERS_BY[by]}: ${because}`;
    return `    ${paragraph({ text, width: width - 4, hang: 6 })}`;
  });
  return lines.length === 0 ? [] : [`  ${paint.bold('probes')}`, ...lines];
}

const LEVELS = { error: 'red', warning: 'yellow', info: 'blue' } as const;

/** Claims about the pod that do not hold; `chainwalk explain` knows them. */
export function findingLines(findings: readonly PodFinding[], { paint, width }: Pick<EnrolStyle, 'paint' | 'width'>): readonly string[] {
  return findings.flatMap(({ claim, level, message, help, place }) => [
    `  ${paint[LEVELS[level]](paint.bold(`${level}: ${claim}`))}`,
    `    ${paragraph({ text: `${printable(message)} (${placeText(place)})`, width: width - 4, hang: 4 })}`,
    ...(help === undefined ? [] : [`    ${paragraph({ text: `fix: ${printable(help)}`, width: width - 4, hang: 8 })}`]),
  ]);
}

function placeText(place: SourceLocation): string {
  return fileLine(place.source.file, positionOf(place).line);
}
