/** What stands above a trace in lanes: the answer, the packet, and what makes the answer doubtful. */
import { packetText } from '../../packet/notation.ts';
import { forkAnswer, pathAnswer } from '../human/answer.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { cutText } from '../text/cut.ts';
import { PLAIN } from '../text/paint.ts';
import type { LaneWeight } from './laneCards.ts';
import { fitted } from './laneText.ts';

/** The answer is what stands out. */
export function headingLines(input: TraceInput, width: number): readonly (readonly [string, LaneWeight])[] {
  const { journey, file, profile: mesh, outside, because, warnings = [] } = input;
  const [first] = journey.paths;
  const style = { paint: PLAIN, width, file, mesh };
  const answer = first === undefined ? [] : [journey.paths.length === 1 ? pathAnswer({ path: first }, style) : forkAnswer(input, style)];
  const cut = cutText(journey);
  const strong = [...(outside === undefined ? [] : [outside]), ...answer.flatMap((text) => text.split('\n'))];
  const plain = [
    `packet  ${packetText(journey.packet)}`,
    ...(because === undefined ? [] : [`because ${because}`]),
    ...warnings.map((text) => `warning ${text}`),
    ...(cut === undefined ? [] : [cut]),
  ];
  const lines = (texts: readonly string[], weight: LaneWeight) =>
    texts.flatMap((text) => fitted(text, { width, most: MOST_LINES }).map((line) => [line, weight] as const));
  return [...lines(strong, 'strong'), ...lines(plain, 'plain')];
}

const MOST_LINES = 6;
