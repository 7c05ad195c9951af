/** A trace as a Mermaid flowchart. Lines have a form and a word besides their colour: inbound green solid,
 *  outbound red dashed, bypass blue dotted, loop thick purple, drop black. */
import type { Leg, Path } from '../../connection/journey.ts';
import { printable } from '../../lib/printable.ts';
import { flowText } from '../../packet/notation.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { cutText } from '../text/cut.ts';
import { destination, processOf } from '../text/endpoints.ts';
import { ruleBody } from '../text/location.ts';

const MOST_NODES = 40;

const LINES = {
  inbound: { arrow: '-->', style: 'stroke:#2e7d32,stroke-width:2px' },
  outbound: { arrow: '-.->', style: 'stroke:#c62828,stroke-width:2px,stroke-dasharray:8 4' },
  bypass: { arrow: '-.->', style: 'stroke:#1565c0,stroke-width:2px,stroke-dasharray:2 4' },
  loop: { arrow: '==>', style: 'stroke:#6a1b9a,stroke-width:4px' },
  drop: { arrow: '-->', style: 'stroke:#000000,stroke-width:2px' },
} as const;
type Line = keyof typeof LINES;

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly line: Line;
  /** on the first edge of a leg */
  readonly label?: string;
}

export function mermaidTrace({ journey }: TraceInput): string {
  const ids = new Map<string, string>();
  const edges = new Map<string, Line>();
  /** the nodes beyond the limit are one */
  const idOf = (label: string): string => {
    const shown = ids.has(label) || ids.size < MOST_NODES - 1 ? label : '... more';
    const id = ids.get(shown) ?? `n${ids.size + 1}`;
    ids.set(shown, id);
    return id;
  };
  for (const { from, to, line, label } of journey.paths.flatMap(pathEdges)) {
    const text = label === undefined ? '' : `|"${escapeLabel(label)}"|`;
    edges.set(`${idOf(from)} ${LINES[line].arrow}${text} ${idOf(to)}`, line);
  }
  const cut = cutText(journey);
  return [
    'flowchart LR',
    ...[...ids].map(([label, id]) => `  ${id}["${escapeLabel(label)}"]`),
    ...(cut === undefined ? [] : [`  cut["${escapeLabel(cut)}"]`]),
    ...[...edges.keys()].map((edge) => `  ${edge}`),
    ...[...edges.values()].map((line, index) => `  linkStyle ${index} ${LINES[line].style}`),
  ].join('\n');
}

/** A leg starts where the one before ended, so that a loop is drawn as a circle. */
function pathEdges(path: Path): readonly Edge[] {
  let from = path.legs[0] === undefined ? '' : `${path.legs[0].sender}`;
  return path.legs.flatMap((leg, index) => {
    const line = lineOf(path, index);
    const stops = [...ruleNodes(leg), endNode(leg)];
    const edges = stops.map((to, at): Edge => {
      const last = at === stops.length - 1;
      const edge = { from, to, line: last && isEnd(leg) ? 'drop' : line } as const;
      from = to;
      return at === 0 ? { ...edge, label: `leg ${index + 1} ${line}: ${flowText(leg.walk.packet)}` } : edge;
    });
    return edges;
  });
}

function ruleNodes({ walk }: Leg): readonly string[] {
  return walk.steps.flatMap((step) =>
    step.kind === 'rule' ? [`${step.hook}: ${step.rule.table} ${step.rule.chain} ${step.rule.number}: ${ruleBody(step.rule)}`] : [],
  );
}

function lineOf(path: Path, index: number): Line {
  if (path.cycleFrom !== undefined && index > path.cycleFrom) return 'loop';
  if (path.outcome === 'captured-in') return 'inbound';
  if (path.outcome === 'captured-out' || path.outcome === 'dns') return 'outbound';
  const leg = path.legs[index];
  return leg?.role === undefined ? 'bypass' : leg.walk.packet.dir === 'in' ? 'inbound' : 'outbound';
}

function isEnd({ walk: { fate } }: Leg): boolean {
  return fate.kind === 'dropped' || fate.kind === 'rejected' || fate.kind === 'lost';
}

function endNode(leg: Leg): string {
  const { fate } = leg.walk;
  switch (fate.kind) {
    case 'delivered':
      return `${processOf(leg)} ${destination(leg)}`;
    case 'sent':
    case 'forwarded':
      return `${fate.oif} to ${destination(leg)}`;
    case 'lost':
      return `LOST: ${fate.reason}`;
    default:
      return fate.kind.toUpperCase();
  }
}

/** Mermaid's entity codes. source: mermaid.js.org/syntax/flowchart, special characters and entity codes */
function escapeLabel(text: string): string {
  return printable(text).replaceAll(/[#"<>&`]/g, (char) => `#${char.charCodeAt(0)};`);
}
