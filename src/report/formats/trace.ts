/** The formats of a trace, in the order in which help lists them. Adding one is a line here. */

import { jsonText } from '../../lib/printable.ts';
import { mermaidTrace } from '../charts/mermaid.ts';
import { xtablesTrace } from '../charts/xtables.ts';
import { briefTrace, type HumanStyle, humanTrace } from '../human/trace.ts';
import { type TraceInput, toTrace } from '../json/trace.ts';

export interface TraceStyle extends HumanStyle {
  readonly brief: boolean;
}

export interface TraceFormat {
  readonly name: string;
  readonly summary: string;
  /** text of one packet, without a line feed at its end */
  readonly render: (input: TraceInput, style: TraceStyle) => string;
  /** between two packets */
  readonly separator: (style: TraceStyle) => string;
}

const oneFeed = () => '\n';
const blankLine = () => '\n\n';

export const TRACE_FORMATS: readonly TraceFormat[] = [
  {
    name: 'human',
    summary: 'the answer, then the path rule by rule',
    render: (input, style) => (style.brief ? briefTrace(input, style) : humanTrace(input, style)),
    separator: (style) => (style.brief ? '\n' : '\n\n'),
  },
  {
    name: 'json',
    summary: 'one line per packet, chainwalk/trace/v1',
    render: (input) => jsonText(toTrace(input)),
    separator: oneFeed,
  },
  { name: 'xtables', summary: 'lines like xtables-monitor --trace', render: xtablesTrace, separator: blankLine },
  { name: 'mermaid', summary: 'a flowchart for Markdown', render: mermaidTrace, separator: blankLine },
];
