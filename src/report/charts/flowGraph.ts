/** A trace as nodes and lines. A node is a visit: a packet that passes a rule twice is drawn twice. Branches share what they have in
 *  common; only the leg that closes a loop leads back. */
import type { Leg, Path } from '../../connection/journey.ts';
import { endpointText, protocolName } from '../../packet/notation.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { type Decision, decisionsOf } from '../text/decisions.ts';
import { destination, processOf } from '../text/endpoints.ts';
import { type AlikeParts, drawnParts } from '../text/shownParts.ts';
import { shortName } from '../text/stall.ts';
import { conditionLine, effectLine, flowLine, placeLine } from './mermaidText.ts';

export type LineKind = 'inbound' | 'outbound' | 'bypass' | 'loop' | 'drop';
export type NodeKind = 'sender' | 'rule' | 'aside' | 'relay' | 'end' | 'drop';

export interface FlowNode {
  readonly id: string;
  readonly kind: NodeKind;
  /** at most three; the last of a rule is what it does */
  readonly lines: readonly string[];
}

/** A leg, with what decides in it. */
export interface FlowGroup {
  readonly id: string;
  readonly title: string;
  readonly nodes: FlowNode[];
}

export interface FlowGraph {
  readonly nodes: readonly FlowNode[];
  readonly groups: readonly FlowGroup[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly kind: LineKind }[];
  /** branches that are not drawn */
  readonly left: number;
}

/** What is drawn of a trace. */
export type DrawnTrace = Pick<TraceInput, 'journey' | 'file' | 'whole'>;

const MOST_NODES = 40;
/** Side by side; more are too narrow to read. */
const MOST_BRANCHES = 3;

export function flowGraph({ journey: { paths }, file, whole }: DrawnTrace): FlowGraph {
  const nodes: FlowNode[] = [];
  const groups: FlowGroup[] = [];
  const edges = new Map<string, FlowGraph['edges'][number]>();
  const ids = new Map<string, string>();
  let left = 0;
  /** what comes before a node is a part of its name */
  const nodeAt = (trail: string, node: Omit<FlowNode, 'id'>, group?: FlowGroup): string => {
    const key = `${trail}\n${node.kind} ${node.lines.join('\n')}`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = `n${ids.size + 1}`;
    ids.set(key, id);
    (group?.nodes ?? nodes).push({ id, ...node });
    return id;
  };
  const groupAt = (id: string, title: string): FlowGroup => {
    const known = groups.find((one) => one.id === id);
    const group = known ?? { id, title, nodes: [] };
    if (known === undefined) groups.push(group);
    return group;
  };
  for (const [branch, path] of paths.entries()) {
    if (ids.size >= MOST_NODES || branch >= MOST_BRANCHES) {
      left++;
      continue;
    }
    const [first] = path.legs;
    if (first === undefined) continue;
    let from = nodeAt('', { kind: 'sender', lines: [first.sender] });
    const relays: string[] = [];
    for (const [index, leg] of path.legs.entries()) {
      const kind = lineKindOf(path, index);
      const start = from;
      const to = (id: string, line: LineKind) => {
        edges.set(`${from} ${id} ${line}`, { from, to: id, kind: line });
        from = id;
      };
      const title = `leg ${index + 1}  ${flowLine(leg.walk.packet, protocolName(leg.walk.packet.proto))}`;
      const group = groupAt(`leg${index + 1}_${start}`, title);
      for (const node of shownNodes(leg, { file, most: MOST_NODES - 1 - ids.size })) {
        to(nodeAt(from, node, group), kind);
      }
      const closes = path.cycleFrom !== undefined && index === path.legs.length - 1;
      const back = closes ? relays[path.cycleFrom ?? 0] : undefined;
      const end = endOf(leg, index < path.legs.length - 1);
      // beside other branches an end belongs below its own
      const inside = paths.length > 1 && index === path.legs.length - 1;
      to(back ?? nodeAt(from, end, inside ? group : undefined), end.kind === 'drop' ? 'drop' : kind);
      relays.push(from);
      for (const shown of drawnParts(leg, whole)) {
        const { packet } = shown.part.walk;
        const name = shown.names.map(shortName).join(', ');
        const answers = groupAt(`part_${from}`, `${name}  ${flowLine(packet, protocolName(packet.proto))}`);
        for (const node of shownNodes(shown.leg, { file, most: MOST_NODES - 1 - ids.size })) to(nodeAt(from, node, answers), kind);
        const last = partEndOf(shown, leg);
        to(nodeAt(from, last, answers), last.kind === 'drop' ? 'drop' : kind);
      }
    }
  }
  return { nodes, groups, edges: [...edges.values()], left };
}

/** What decides in a leg; a leg in which nothing does says so. */
function shownNodes({ walk }: Leg, { file, most }: { readonly file: string; readonly most: number }): readonly Omit<FlowNode, 'id'>[] {
  const all = decisionsOf(walk.steps).flatMap((one) => nodeOf(one, file));
  const room = Math.max(1, most);
  const shown = all.length <= room ? all : [...all.slice(0, room - 1), aside(`... ${all.length - room + 1} more rules`)];
  return shown.length === 0 ? [aside('no rule decides here')] : shown;
}

function aside(text: string): Omit<FlowNode, 'id'> {
  return { kind: 'aside', lines: [text] };
}

function nodeOf(one: Decision, file: string): readonly Omit<FlowNode, 'id'>[] {
  switch (one.kind) {
    case 'rule':
      return [{ kind: 'rule', lines: [placeLine(one.path, file), conditionLine(one.rule), effectLine(one)] }];
    case 'policy':
      return [{ kind: 'rule', lines: [`${one.step.table} ${one.step.chain}`, 'no rule decides', `policy ${one.step.verdict}`] }];
    case 'choice': {
      const { rule, what, taken } = one.step.choice;
      const where = rule === undefined ? what : `${rule.table} ${rule.chain} ${rule.number}`;
      return [aside(`fork at ${where}: ${taken}`)];
    }
    default:
      return [];
  }
}

/** What the line of a leg is drawn as. */
export function lineKindOf(path: Path, index: number): LineKind {
  if (path.cycleFrom !== undefined && index > path.cycleFrom) return 'loop';
  if (path.outcome === 'captured-in') return 'inbound';
  if (path.outcome === 'captured-out' || path.outcome === 'dns') return 'outbound';
  const leg = path.legs[index];
  return leg?.role === undefined ? 'bypass' : leg.walk.packet.dir === 'in' ? 'inbound' : 'outbound';
}

/** Where a later packet ends. */
function partEndOf({ part, leg: { walk } }: AlikeParts, first: Leg): Omit<FlowNode, 'id'> {
  const { kind } = walk.fate;
  if (kind === 'dropped' || kind === 'rejected' || kind === 'lost' || kind === 'undecided') return endOf({ sender: '', walk }, false);
  const at = endpointText({ address: walk.after.dst, port: walk.after.dport });
  if (!part.arrives) return { kind: 'drop', lines: [`NOT EXPECTED AT ${at}`] };
  if ('oif' in walk.fate) return { kind: 'end', lines: [`${walk.fate.oif} → ${at}`] };
  return { kind: 'end', lines: [`${part.direction === 'reply' ? first.sender : processOf(first)} ${at}`] };
}

/** Where a leg ends; `more`: another follows, which its listener sends. */
function endOf(leg: Leg, more: boolean): Omit<FlowNode, 'id'> {
  const { fate } = leg.walk;
  switch (fate.kind) {
    case 'delivered':
      return { kind: more || leg.role !== undefined ? 'relay' : 'end', lines: [`${processOf(leg)} ${destination(leg)}`] };
    case 'sent':
    case 'forwarded':
      return { kind: 'end', lines: [`${fate.oif} → ${destination(leg)}`] };
    case 'lost':
      return { kind: 'drop', lines: [`LOST: ${fate.reason}`] };
    case 'undecided':
      return { kind: 'end', lines: ['UNDECIDED'] };
    case 'dropped':
    case 'rejected':
      return { kind: 'drop', lines: [fate.kind.toUpperCase()] };
  }
}
