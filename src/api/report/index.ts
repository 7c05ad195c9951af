/** `chainwalk/report`: the answers of the library in words and pictures, as the command line prints them. Pure functions of an answer that
 *  `trace`, `verify`, `diff` or `find` returned; one that went through JSON, or a copy, has lost the rules that it speaks of. */
import { packetText } from '../../packet/notation.ts';
import { type LaneDrawing, layLanes } from '../../report/charts/lanes.ts';
import { lanesText } from '../../report/charts/lanesText.ts';
import { mermaidTrace } from '../../report/charts/mermaid.ts';
import { SVG_STYLE } from '../../report/charts/svgStyle.ts';
import { xtablesTrace } from '../../report/charts/xtables.ts';
import { humanDiff } from '../../report/human/diff.ts';
import { humanFind } from '../../report/human/find.ts';
import { briefTrace, humanTrace } from '../../report/human/trace.ts';
import { humanVerify } from '../../report/human/verify.ts';
import type { DiffReport } from '../../report/json/diff.ts';
import type { FindReport } from '../../report/json/find.ts';
import type { Trace } from '../../report/json/trace.ts';
import type { VerifyReport } from '../../report/json/verify.ts';
import { PLAIN } from '../../report/text/paint.ts';
import { checkOptions, type OptionKinds } from '../library/options.ts';
import { knownOrigin, LANES_OPTIONS, type LanesOptions, tracedInput } from './drawn.ts';

export type { CellPoint, Lane, LaneBox, LaneDrawing, LaneLine, LaneMark, LaneText } from '../../report/charts/lanes.ts';
export type { SvgOptions } from '../../report/charts/svg.ts';
export type {
  PageAside,
  PageFinding,
  PageFix,
  PageLine,
  PageReport,
  PageWay,
  ServedFile,
  ServedFiles,
} from '../../report/html/pageTypes.ts';
export type { DiffReport } from '../../report/json/diff.ts';
export type { FindReport } from '../../report/json/find.ts';
export type { Trace } from '../../report/json/trace.ts';
export type { VerifyReport } from '../../report/json/verify.ts';
export { InputError } from '../library/inputError.ts';
export { type LanesOptions, svg, traceWords } from './drawn.ts';
export { formatPacket } from './formatPacket.ts';
export type { PathWords, TraceWords } from './traceWords.ts';

export interface FormatOptions {
  /** columns; 80 when absent */
  readonly width?: number;
  /** all that the command line shows with `-v` */
  readonly verbose?: boolean;
}

export interface FormatTraceOptions extends FormatOptions {
  /** one line */
  readonly brief?: boolean;
  /** the way drawn in lanes, in 80 columns, in place of the steps; not with `brief` */
  readonly rail?: boolean;
}

const FORMAT_OPTIONS: OptionKinds<FormatOptions> = { width: 'count', verbose: 'flag' };
const FORMAT_TRACE_OPTIONS: OptionKinds<FormatTraceOptions> = { ...FORMAT_OPTIONS, brief: 'flag', rail: 'flag' };
const WIDTH = 80;

/** The answer first, then how it came about; plain text without a line feed at its end. What `verbose` adds of rules that did not match is
 *  there when the trace was made with `verbose` too.
 *  @throws InputError when this is not an answer of `trace` */
export function formatTrace(trace: Trace, options: FormatTraceOptions = {}): string {
  checkOptions(options, FORMAT_TRACE_OPTIONS);
  const { width = WIDTH, verbose = false, brief = false, rail = false } = options;
  const input = tracedInput(trace);
  const style = { paint: PLAIN, width, verbose, ...(rail && { drawn: lanesText(layLanes(input, { headed: false })) }) };
  return brief ? briefTrace(input, style) : humanTrace(input, style);
}

/** What `verify`, `diff` and `find` answered, with the verdict first; plain text without a line feed at its end.
 *  @throws InputError when this is not an answer of them */
export function formatReport(report: VerifyReport | DiffReport | FindReport, options: FormatOptions = {}): string {
  checkOptions(options, FORMAT_OPTIONS);
  const { width = WIDTH, verbose = false } = options;
  const style = { paint: PLAIN, width };
  const origin = knownOrigin(report, '`verify`, `diff` or `find`');
  switch (origin.kind) {
    case 'verify':
      return humanVerify(origin.pods, { ...style, detailed: verbose });
    case 'diff':
      return humanDiff({ report: report as DiffReport, examples: origin.examples, edits: [] }, { ...style, detailed: verbose });
    case 'find': {
      const { parts, profile, bounds, report: found } = origin.answer;
      const classes = parts.flatMap((part) => part.found.classes);
      const shown = classes.map(({ example, general }) => ({ example: packetText(example.packet), general }));
      return humanFind(found, { ...style, outcome: origin.outcome, bounds, profile, shown, detailed: verbose });
    }
    case 'trace':
      return humanTrace(origin.input, { ...style, verbose });
  }
}

/** A flowchart for Markdown, without its fence. @throws InputError when this is not an answer of `trace` */
export function mermaid(trace: Trace): string {
  return mermaidTrace(tracedInput(trace));
}

/** The style sheet of `svg`, for a page whose policy forbids styles inside the picture. */
export const svgStyle: string = SVG_STYLE;

/** What `svg` and `rail` draw, as boxes, texts and lines in cells. @throws InputError when this is not an answer of `trace` */
export function lanes(trace: Trace, options: LanesOptions = {}): LaneDrawing {
  checkOptions(options, LANES_OPTIONS);
  return layLanes(tracedInput(trace), { headed: options.headed ?? true });
}

/** Lines like those of `xtables-monitor --trace`. @throws InputError when this is not an answer of `trace` */
export function xtables(trace: Trace): string {
  return xtablesTrace(tracedInput(trace));
}
