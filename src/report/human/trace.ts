/** A traced packet for people: the answer first, then how it came about. */

import type { Path } from '../../connection/journey.ts';
import { paragraph } from '../../lib/layout.ts';
import { printable } from '../../lib/printable.ts';
import { assumptionTexts } from '../../mesh/assumption.ts';
import { packetText } from '../../packet/notation.ts';
import { defaultsText } from '../../packet/packetJson.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { tracedKernel } from '../json/tracedKernel.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { connectionText } from '../text/connection.ts';
import { cutText } from '../text/cut.ts';
import { decisionsOf } from '../text/decisions.ts';
import { destination, processOf } from '../text/endpoints.ts';
import { OUTCOME_COLOURS, OUTCOME_WORDS } from '../text/labels.ts';
import { exactLines, generalLines } from '../text/packetSets.ts';
import type { Paint } from '../text/paint.ts';
import { laterParts } from '../text/shownParts.ts';
import { forkAnswer, openChoices, pathAnswer } from './answer.ts';
import { connectionLine, fullParts, shortParts } from './connection.ts';
import { placeLayout } from './decisionLines.ts';
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
  /** stands for the steps; within the width of a terminal */
  readonly drawn?: string;
}

interface AnswerStyle extends StepStyle {
  readonly verbose: boolean;
  /** every packet of each connection */
  readonly whole: boolean;
  readonly mesh?: string | undefined;
}

/** One block per packet, without a line feed at its end. */
export function humanTrace(input: TraceInput, { paint, width, verbose, drawn, ...files }: HumanStyle): string {
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
  const head = journey.paths.length === 1 ? pathAnswer({ path: first }, style) : forkAnswer(input, style);
  const open = new Set(openChoices(journey).map(({ rule, what }) => rule ?? what));
  const body =
    drawn !== undefined
      ? ['', drawn]
      : journey.paths.length === 1
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
    pathAnswer({ path, before: `${title}: ` }, style),
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
