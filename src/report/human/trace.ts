/** A traced packet for people: the answer first, then how it came about. */

import type { Journey, Path } from '../../connection/journey.ts';
import { enumeration } from '../../lib/enumeration.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { assumptionTexts } from '../../mesh/assumption.ts';
import { packetText } from '../../packet/notation.ts';
import { defaultsText } from '../../packet/packetJson.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Choice } from '../../simulate/trace.ts';
import { tracedKernel } from '../json/tracedKernel.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { connectionText } from '../text/connection.ts';
import { cutText } from '../text/cut.ts';
import { decisionsOf } from '../text/decisions.ts';
import { destination, processOf } from '../text/endpoints.ts';
import { choiceText } from '../text/fate.ts';
import { OUTCOME_COLOURS, OUTCOME_WORDS } from '../text/labels.ts';
import { exactLines, generalLines } from '../text/packetSets.ts';
import type { Paint } from '../text/paint.ts';
import { laterParts } from '../text/shownParts.ts';
import { connectionLine, fullParts, shortParts } from './connection.ts';
import { placeLayout } from './decisionLines.ts';
import { headline } from './headline.ts';
import { kernelLines, kernelText } from './kernel.ts';
import { legLines, shortLegLines } from './leg.ts';
import type { Link } from './place.ts';
import { rail } from './rail.ts';
import { keyWidths, type StepStyle } from './steps.ts';
import { whyNotLines, whyNotTexts } from './whyNot.ts';

export interface HumanStyle {
  readonly paint: Paint;
  readonly width: number;
  /** show every step, and every branch in full */
  readonly verbose: boolean;
  readonly shortens?: boolean;
  readonly link?: Link;
}

interface AnswerStyle extends StepStyle {
  readonly verbose: boolean;
  /** every packet of each connection */
  readonly whole: boolean;
  readonly mesh?: string | undefined;
}

/** One block per packet, without a line feed at its end. */
export function humanTrace(input: TraceInput, { paint, width, verbose, ...files }: HumanStyle): string {
  const { journey, file, defaults, same, assumptions = [], outside, because, notes = [], warnings = [], source } = input;
  const [first] = journey.paths;
  const warned = outside === undefined ? [] : [outsideText(input, { paint, width })];
  if (first === undefined) return [...warned, paragraph({ text: `packet  ${packetText(journey.packet)}`, width, hang: 8 })].join('\n');
  const legs = journey.paths.flatMap((path) => path.legs);
  const later = input.whole === true ? legs.flatMap(laterParts).map(({ leg }) => leg) : [];
  const steps = [...legs, ...later].flatMap((leg) => leg.walk.steps);
  const decisions = [...legs, ...later].flatMap(({ walk }) => decisionsOf(walk.steps));
  const places = placeLayout(decisions, { ...files, file, width });
  const style: AnswerStyle = {
    paint,
    width,
    file,
    source,
    ...files,
    ...places,
    verbose,
    whole: input.whole === true,
    key: keyWidths(steps),
    mesh: input.profile,
  };
  const packet = paragraph({ text: `packet  ${packetText(journey.packet)}`, width, hang: 8 });
  const filledIn = defaultsText(defaults, journey.packet).join(' ');
  const assumed = [...(filledIn === '' ? [] : [filledIn]), ...assumptionTexts(assumptions)].map((text) =>
    paint.dim(paragraph({ text: `assumed ${text}`, width, hang: 8 })),
  );
  const told = [
    ...(because === undefined ? [] : [paragraph({ text: `because ${printable(because)}`, width, hang: 8 })]),
    ...warnings.map((text) => paint.yellow(paragraph({ text: `warning ${printable(text)}`, width, hang: 8 }))),
    ...notes.map((text) => paint.dim(paragraph({ text: `note    ${printable(text)}`, width, hang: 8 }))),
  ];
  const member =
    journey.membership === undefined ? [] : [paint.dim(paragraph({ text: connectionText(journey.membership), width, hang: 8 }))];
  const head = journey.paths.length === 1 ? answer({ path: first }, style) : forkAnswer(input, style);
  const open = new Set(openChoices(journey).map(({ rule, what }) => rule ?? what));
  const body =
    journey.paths.length === 1
      ? pathLines(first, style)
      : journey.paths.flatMap((path, index) =>
          branchLines({ input, path, index, open, style, full: verbose || index === firstLike(input, path) }),
        );
  const cutShort = cutText(journey);
  const cut = cutShort === undefined ? [] : ['', paint.yellow(cutShort)];
  const alike = same === undefined ? [] : ['', ...sameLines(same, { width, verbose })];
  const whyNot = input.whyNot === undefined ? [] : ['', ...whyNotLines(input.whyNot, { journey, file, width })];
  const kernel = input.kernel === undefined ? [] : ['', ...kernelLines(input.kernel, { paint, width, verbose })];
  return [...warned, head, packet, ...told, ...assumed, ...member, ...body, ...kernel, ...cut, ...whyNot, ...alike].join('\n');
}

/** Above the answer, or instead of it. */
function outsideText({ journey, outside = '' }: TraceInput, { paint, width }: Pick<HumanStyle, 'paint' | 'width'>): string {
  const said = journey.paths.length > 0 ? outside : `${OUTCOME_WORDS.undecided} ${outside}`;
  return paint.bold(paint.red(paragraph({ text: printable(said), width, hang: 2 })));
}

function sameLines({ exactly, general }: NonNullable<TraceInput['same']>, { width, verbose }: Pick<HumanStyle, 'width' | 'verbose'>) {
  const label = 'same result for  ';
  return [
    ...generalLines(general, { label, width, detailed: verbose }),
    ...(verbose ? exactLines(exactly(), { label: 'exactly'.padEnd(label.length), width }) : []),
  ];
}

/** One line per packet. */
export function briefTrace(input: TraceInput, { paint }: HumanStyle): string {
  const { journey, file, assumptions = [], outside, because, whyNot, kernel } = input;
  const outcome = paint[OUTCOME_COLOURS[journey.outcome]](journey.outcome.padEnd(12));
  const [first] = journey.paths;
  const ways = journey.paths.length > 1 ? ` (first of ${journey.paths.length} branches)` : '';
  const assumed = assumptions.length === 0 ? '' : `  (assumed: ${assumptions.length})`;
  const via = first === undefined ? '' : `  via ${rail(first, file)}${ways}${assumed}`;
  const cut = cutText(journey);
  const notes = [
    ...(outside === undefined ? [] : [printable(outside)]),
    ...(because === undefined ? [] : [printable(because)]),
    ...(cut === undefined ? [] : [cut]),
    ...(whyNot === undefined ? [] : whyNotTexts(whyNot, { journey, file }).slice(0, 1)),
    ...(kernel === undefined ? [] : [printable(kernelText(tracedKernel(kernel)))]),
  ];
  return `${outcome}  ${packetText(journey.packet)}${via}${notes.map((note) => `  (${note})`).join('')}`;
}

function answer({ path, before = '' }: { readonly path: Path; readonly before?: string }, style: AnswerStyle): string {
  const { paint, width, file, mesh } = style;
  const { word, rest } = headline(path, { file, mesh });
  const lines = paragraph({ text: `${before}${word} ${rest}`.trimEnd(), width, hang: 2 });
  return lines.replace(word, paint[OUTCOME_COLOURS[path.outcome]](paint.bold(word)));
}

/** Several ways: one common outcome, or undecided with everything that it depends on. */
function forkAnswer({ journey, file }: TraceInput, { paint, width }: StepStyle): string {
  const outcomes = [...new Set(journey.paths.map((path) => path.outcome))];
  const reasons = [...new Set(openChoices(journey).map((choice) => choiceText(choice, file)))];
  const word = OUTCOME_WORDS[journey.outcome];
  const question = openChoices(journey).find(({ why }) => why === 'unsaid');
  if (question !== undefined) {
    const text = paragraph({ text: `${word} it depends on ${choiceText(question, file)}`, width, hang: 2 });
    return text.replace(word, paint[OUTCOME_COLOURS[journey.outcome]](paint.bold(word)));
  }
  const every = outcomes.length === 1 ? `in each of ${journey.paths.length} branches` : `between ${enumeration(outcomes)}`;
  const lines = reasons.map((reason) => `  ${paragraph({ text: `depends on ${reason}`, width: width - 2, hang: 4 })}`);
  return [`${paint[OUTCOME_COLOURS[journey.outcome]](paint.bold(word))} ${every}`, ...lines].join('\n');
}

/** The choices that not every path takes alike; one with a single way is not a fork. */
function openChoices({ paths }: Journey): readonly Choice[] {
  const choices = paths.flatMap((path) => path.choices);
  const taken = new Map<Choice['rule'], Map<string, Set<string>>>();
  const ways = ({ rule, what }: Choice): Set<string> => {
    const whats = taken.get(rule) ?? new Map<string, Set<string>>();
    taken.set(rule, whats);
    const known = whats.get(what) ?? new Set<string>();
    whats.set(what, known);
    return known;
  };
  for (const choice of choices) ways(choice).add(choice.taken);
  return choices.filter((choice) => choice.why === 'budget' || ways(choice).size > 1);
}

/** The first branch that ends like this one; later ones differ only in how they came there. */
function firstLike({ journey }: TraceInput, path: Path): number {
  return journey.paths.findIndex((other) => other.outcome === path.outcome);
}

interface Branch {
  readonly input: TraceInput;
  readonly path: Path;
  readonly index: number;
  /** what not every branch takes alike: rules, or what is open without one */
  readonly open: ReadonlySet<Rule | string>;
  readonly style: AnswerStyle;
  readonly full: boolean;
}

function branchLines({ input, path, index, open, style, full }: Branch): readonly string[] {
  const taken = path.choices.filter(({ rule, what }) => open.has(rule ?? what)).map((choice) => choice.taken);
  const title = `branch ${index + 1} of ${input.journey.paths.length}${taken.length === 0 ? '' : ` (${taken.join(', ')})`}`;
  return [
    '',
    answer({ path, before: `${title}: ` }, style),
    ...(full ? pathLines(path, style) : [`  ${paragraph({ text: rail(path, style.file), width: style.width - 2, hang: 4 })}`]),
  ];
}

function pathLines(path: Path, style: AnswerStyle): readonly string[] {
  const first = path.legs[0]?.walk.packet;
  if (first === undefined) return [];
  const lines = path.legs.flatMap((leg, index) => {
    const numbered = { leg, number: index + 1, told: path.outcome === 'lost' && index === 0 };
    const parts = !style.whole ? [] : style.verbose ? fullParts(leg, index + 1, style) : shortParts(leg, style);
    const connection = [...parts, ...connectionLine(leg, style)];
    if (style.verbose) return ['', ...legLines(numbered, style), ...connection];
    return [...(index === 0 ? [''] : []), ...shortLegLines({ ...numbered, first }, style), ...connection];
  });
  const last = path.legs.at(-1);
  if (path.cycleFrom === undefined || last === undefined) return lines;
  const where = `at ${processOf(last)} ${destination(last)}`;
  const text = `LOOP closes: leg ${path.legs.length} ends where leg ${path.cycleFrom + 1} did, ${where}; from there everything repeats`;
  return [...lines, ...(style.verbose ? [''] : []), style.paint.magenta(paragraph({ text, width: style.width, hang: 2 }))];
}
