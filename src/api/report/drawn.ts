/** What the page shows at each keystroke: it is loaded without the other formats. */
import { type SvgOptions, svgTrace } from '../../report/charts/svg.ts';
import type { Trace } from '../../report/json/trace.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { type Origin, originOf } from '../library/answers.ts';
import { InputError } from '../library/inputError.ts';
import { checkOptions, type OptionKinds } from '../library/options.ts';
import { shownValue } from '../library/shown.ts';
import { type TraceWords, wordsOf } from './traceWords.ts';

export interface LanesOptions {
  /** the answer and the packet stand above; they do when absent */
  readonly headed?: boolean;
}

export const LANES_OPTIONS: OptionKinds<LanesOptions> = { headed: 'flag' };
const SVG_OPTIONS: OptionKinds<SvgOptions> = { ...LANES_OPTIONS, styled: 'flag' };

/** What `formatTrace` says in sentences, by part: for programs that lay out the steps themselves.
 *  @throws InputError when this is not an answer of `trace` */
export function traceWords(trace: Trace): TraceWords {
  return wordsOf(tracedInput(trace));
}

/** A picture of the way in lanes, as a document: 80 cells wide, of its own, light or dark as the reader's system is. Boxes of rules have
 *  `data-line`, all have `data-leg`. @throws InputError when this is not an answer of `trace` */
export function svg(trace: Trace, options: SvgOptions = {}): string {
  checkOptions(options, SVG_OPTIONS);
  return svgTrace(tracedInput(trace), options);
}

export function tracedInput(trace: unknown): TraceInput {
  const origin = knownOrigin(trace, '`trace`');
  if (origin.kind === 'trace') return origin.input;
  throw new InputError([`an answer of \`trace\` is needed; this is one of \`${origin.kind}\``]);
}

export function knownOrigin(answer: unknown, by: string): Origin {
  const origin = originOf(answer);
  if (origin !== undefined) return origin;
  const copied = typeof answer === 'object' && answer !== null && 'schema' in answer ? 'a copy, or went through JSON' : shownValue(answer);
  throw new InputError([`an answer that ${by} returned is needed; this is ${copied}`]);
}
