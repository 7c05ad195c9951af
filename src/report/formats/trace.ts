/** The formats of a trace. */

import { jsonText } from '../../lib/printable.ts';
import { layLanes } from '../charts/lanes.ts';
import { lanesText } from '../charts/lanesText.ts';
import { mermaidTrace } from '../charts/mermaid.ts';
import { mermaidSequence } from '../charts/mermaidSequence.ts';
import { svgTrace } from '../charts/svg.ts';
import { xtablesTrace } from '../charts/xtables.ts';
import { briefTrace, type HumanStyle, humanTrace } from '../human/trace.ts';
import { toTrace } from '../json/trace.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { TRACE_FORMAT_NAMES, type TraceFormatName } from './names.ts';

export interface TraceStyle extends HumanStyle {
  readonly brief: boolean;
  /** the way in lanes, in place of the steps */
  readonly inLanes?: boolean;
}

export interface TraceFormat {
  /** for programs, not for people */
  readonly isData?: true;
  /** which other packets are treated alike is a part of it; absent: never */
  readonly tellsSame?: (style: TraceStyle) => boolean;
  /** text of one packet, without a line feed at its end */
  readonly render: (input: TraceInput, style: TraceStyle) => string;
  /** between two packets */
  readonly separator: (style: TraceStyle) => string;
}

const oneFeed = () => '\n';
const blankLine = () => '\n\n';

const TRACE_FORMATS: Readonly<Record<TraceFormatName, TraceFormat>> = {
  human: {
    render: (input, style) => {
      if (style.brief) return briefTrace(input, style);
      return humanTrace(input, style.inLanes === true ? { ...style, drawn: lanesText(layLanes(input, { headed: false })) } : style);
    },
    separator: (style) => (style.brief ? '\n' : '\n\n'),
    tellsSame: ({ brief }) => !brief,
  },
  /** one line per packet */
  json: { isData: true, render: (input) => jsonText(toTrace(input)), separator: oneFeed, tellsSame: () => true },
  /** lines like those of xtables-monitor --trace */
  xtables: { isData: true, render: xtablesTrace, separator: blankLine },
  /** a flowchart for Markdown */
  mermaid: { isData: true, render: mermaidTrace, separator: blankLine },
  /** who talks to whom */
  'mermaid-sequence': { isData: true, render: mermaidSequence, separator: blankLine },
  /** application, netfilter, proxy and wire as lanes */
  svg: { isData: true, render: (input) => svgTrace(input), separator: oneFeed },
};

export function traceFormatNamed(name: string): TraceFormat | undefined {
  const known = TRACE_FORMAT_NAMES.find((one) => one === name);
  return known && TRACE_FORMATS[known];
}
