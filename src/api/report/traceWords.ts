/** The sentences of a traced packet, apart from each other. */
import type { Path } from '../../connection/journey.ts';
import { packetText } from '../../packet/notation.ts';
import { defaultsText } from '../../packet/packetJson.ts';
import { headline } from '../../report/human/headline.ts';
import { type LegWords, legWords } from '../../report/human/leg.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { choiceText } from '../../report/text/fate.ts';

export interface TraceWords {
  /** the packet in notation, with all that was assumed of it */
  readonly packet: string;
  /** keys of the packet that were not given, and what is assumed of the host */
  readonly assumed: readonly string[];
  /** what makes the answer doubtful */
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  /** of each branch, in the order of the trace: the first is the one in `legs` */
  readonly paths: readonly PathWords[];
}

export interface PathWords {
  /** first word of the answer, `CAPTURED outbound` */
  readonly word: string;
  /** completes the sentence */
  readonly rest: string;
  /** what this branch depends on; of a single one nothing */
  readonly choices: readonly string[];
  /** who sends where, and how it ends */
  readonly legs: readonly LegWords[];
}

export function wordsOf(input: TraceInput): TraceWords {
  const { journey, defaults, assumptions = [], outside, because, notes = [], warnings = [] } = input;
  const filledIn = defaultsText(defaults, journey.packet).join(' ');
  return {
    packet: packetText(journey.packet),
    assumed: [...(filledIn === '' ? [] : [filledIn]), ...assumptions.map(({ says }) => says)],
    warnings: [...(outside === undefined ? [] : [outside]), ...(because === undefined ? [] : [because]), ...warnings],
    notes,
    paths: journey.paths.map((path) => pathWords(path, input)),
  };
}

function pathWords(path: Path, { file, profile }: TraceInput): PathWords {
  const [first] = path.legs;
  return {
    ...headline(path, { file, mesh: profile }),
    choices: path.choices.map((choice) => choiceText(choice, file)),
    legs: path.legs.map((leg) => legWords({ leg, told: leg === path.legs.at(-1), first: (first ?? leg).walk.packet }, file)),
  };
}
