/** A trace as a Mermaid flowchart, from top to bottom, a frame for each leg. Lines have a form beside their colour. */
import type { TraceInput } from '../json/traceInput.ts';
import { cutText } from '../text/cut.ts';
import { type FlowNode, flowGraph, type LineKind, type NodeKind } from './flowGraph.ts';
import { escapeLabel } from './mermaidText.ts';

interface LineStyle {
  readonly arrow: string;
  readonly style: string;
  readonly says: string;
}

const LINES: Readonly<Record<LineKind, LineStyle>> = {
  inbound: { arrow: '-->', style: 'stroke:#2e7d32,stroke-width:2px', says: 'inbound green solid' },
  outbound: { arrow: '-.->', style: 'stroke:#c62828,stroke-width:2px,stroke-dasharray:8 4', says: 'outbound red dashed' },
  bypass: { arrow: '-.->', style: 'stroke:#1565c0,stroke-width:2px,stroke-dasharray:2 4', says: 'past the proxy blue dotted' },
  loop: { arrow: '==>', style: 'stroke:#6a1b9a,stroke-width:4px', says: 'loop purple thick' },
  drop: { arrow: '-->', style: 'stroke:#000000,stroke-width:2px', says: 'drop black' },
};

interface NodeStyle {
  readonly open: string;
  readonly close: string;
  /** of nodes that are not plain */
  readonly style?: string;
}

const NODES: Readonly<Record<NodeKind, NodeStyle>> = {
  sender: { open: '(["', close: '"])' },
  rule: { open: '["', close: '"]' },
  aside: { open: '["', close: '"]', style: 'stroke-dasharray:4 3' },
  relay: { open: '{{"', close: '"}}' },
  end: { open: '(["', close: '"])' },
  drop: { open: '["', close: '"]', style: 'fill:#000000,color:#ffffff,stroke:#000000' },
};

/** Pixels of a node's text: one column, or several branches side by side, at the 830 that a page of GitHub has. */
const WIDE = 700;
const NARROW = 200;

export function mermaidTrace(input: TraceInput): string {
  const { journey } = input;
  const { nodes, groups, edges, left } = flowGraph(input);
  const all = [...nodes, ...groups.flatMap((group) => group.nodes)];
  const cut = cutText(journey);
  const rest = left === 0 ? undefined : `${left} more branches are not drawn`;
  const styled = [...new Set(all.map(({ kind }) => kind))].filter((kind) => NODES[kind].style !== undefined);
  return [
    'flowchart TB',
    `  %%{init: {"flowchart": {"wrappingWidth": ${journey.paths.length > 1 ? NARROW : WIDE}}}}%%`,
    ...nodes.map((node) => `  ${nodeText(node)}`),
    ...groups.flatMap((group) => [
      `  subgraph ${group.id}["${escapeLabel(group.title)}"]`,
      ...group.nodes.map((node) => `    ${nodeText(node)}`),
      '  end',
    ]),
    ...[cut, rest].flatMap((text, index) => (text === undefined ? [] : [`  cut${index}["${escapeLabel(text)}"]`])),
    ...edges.map(({ from, to, kind }) => `  ${from} ${LINES[kind].arrow} ${to}`),
    ...styled.map((kind) => `  classDef ${kind} ${NODES[kind].style}`),
    ...styled.map((kind) => `  class ${all.flatMap((node) => (node.kind === kind ? [node.id] : [])).join(',')} ${kind}`),
    ...linesOf(edges).map(([kind, numbers]) => `  linkStyle ${numbers.join(',')} ${LINES[kind].style}`),
  ].join('\n');
}

/** What the lines mean that occur. */
export function mermaidLegend(input: TraceInput): string {
  const kinds = linesOf(flowGraph(input).edges).map(([kind]) => LINES[kind].says);
  return kinds.length === 0 ? '' : `Lines: ${kinds.join(', ')}.`;
}

type Edges = ReturnType<typeof flowGraph>['edges'];

function linesOf(edges: Edges): readonly (readonly [LineKind, readonly number[]])[] {
  const found = new Map<LineKind, number[]>();
  for (const [index, { kind }] of edges.entries()) found.set(kind, [...(found.get(kind) ?? []), index]);
  return [...found];
}

/** The first line and what a rule does stand out. */
function nodeText({ id, kind, lines }: FlowNode): string {
  const texts = lines.map(escapeLabel);
  const shown = texts.length < 3 ? texts : [`<b>${texts[0]}</b>`, ...texts.slice(1, -1), `<b>${texts.at(-1)}</b>`];
  return `${id}${NODES[kind].open}${shown.join('<br/>')}${NODES[kind].close}`;
}
