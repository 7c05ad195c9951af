/** A trace as a Mermaid sequence diagram: who talks to whom, with the rules that decide as notes between them. */
import type { Leg, Path } from '../../connection/journey.ts';
import { endpointText, protocolName } from '../../packet/notation.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { cutText } from '../text/cut.ts';
import { decisionsOf } from '../text/decisions.ts';
import { destination, originalDestination, processOf } from '../text/endpoints.ts';
import { type AlikeParts, drawnParts } from '../text/shownParts.ts';
import { shortName } from '../text/stall.ts';
import { effectLine, escapeLabel, flowLine, placeLine } from './mermaidText.ts';

const MOST_NOTES = 8;
const MOST_BRANCHES = 8;

export function mermaidSequence({ journey, file, whole }: TraceInput): string {
  const people = new Map<string, string>();
  const idOf = (label: string): string => {
    const id = people.get(label) ?? `p${people.size + 1}`;
    people.set(label, id);
    return id;
  };
  const shown = journey.paths.slice(0, MOST_BRANCHES);
  const sender = journey.paths[0]?.legs[0]?.sender;
  if (sender !== undefined) idOf(sender);
  idOf(RULES);
  const bodies = shown.map((path) => pathLines(path, { file, whole, idOf }));
  const taken = (path: Path): string => path.choices.map((choice) => choice.taken).join(', ');
  const body =
    bodies.length <= 1
      ? bodies.flat()
      : [
          ...bodies.flatMap((lines, index) => [
            `  ${index === 0 ? 'alt' : 'else'} branch ${index + 1}: ${escapeLabel(taken(shown[index] as Path))}`,
            ...lines.map((line) => `  ${line}`),
          ]),
          '  end',
        ];
  const left = journey.paths.length - shown.length;
  const notes = [cutText(journey), left === 0 ? undefined : `${left} more branches are not drawn`];
  return [
    'sequenceDiagram',
    ...[...people].map(([label, id]) => `  participant ${id} as ${escapeLabel(label)}`),
    ...body,
    ...notes.flatMap((text) => (text === undefined ? [] : [`  Note over ${idOf(RULES)}: ${escapeLabel(text)}`])),
  ].join('\n');
}

const RULES = 'iptables';

interface Stage {
  readonly file: string;
  readonly whole: boolean | undefined;
  readonly idOf: (label: string) => string;
}

function pathLines({ legs, cycleFrom }: Path, { file, whole, idOf }: Stage): readonly string[] {
  const rules = idOf(RULES);
  let from = idOf(legs[0]?.sender ?? '');
  const lines = legs.flatMap((leg) => {
    const { packet, fate } = leg.walk;
    const sent = `  ${from}->>${rules}: ${escapeLabel(flowLine(packet, protocolName(packet.proto)))}`;
    const notes = notesOf(leg, { file, rules });
    const taker = takerOf(leg);
    if (taker === undefined)
      return [sent, ...notes, `  ${rules}--x${from}: ${escapeLabel(fate.kind === 'lost' ? `lost: ${fate.reason}` : fate.kind)}`];
    const to = idOf(taker);
    const client = from;
    from = to;
    const later = drawnParts(leg, whole).flatMap((shown) => partLines(shown, { file, rules, client, server: to }));
    return [sent, ...notes, `  ${rules}->>${to}: ${escapeLabel(arrival(leg))}`, ...later];
  });
  return cycleFrom === undefined ? lines : [...lines, `  Note over ${from}: LOOP: from leg ${cycleFrom + 1} on it repeats`];
}

/** Between the two that talk already. */
function partLines({ part, names, leg }: AlikeParts, { file, rules, client, server }: Talk): readonly string[] {
  const [from, to] = part.direction === 'original' ? [client, server] : [server, client];
  const { packet, fate, after } = part.walk;
  const text = `${names.map(shortName).join(', ')}  ${flowLine(packet, protocolName(packet.proto))}`;
  const dead = fate.kind === 'lost' ? `lost: ${fate.reason}` : fate.kind;
  const at = `not expected as ${endpointText({ address: after.src, port: after.sport })}`;
  const gone = fate.kind === 'delivered' || 'oif' in fate ? at : dead;
  const end = part.arrives ? `  ${rules}->>${to}: ${'oif' in fate ? 'sent' : 'delivered'}` : `  ${rules}--x${to}: ${escapeLabel(gone)}`;
  return [`  ${from}->>${rules}: ${escapeLabel(text)}`, ...notesOf(leg, { file, rules }), end];
}

interface Talk {
  readonly file: string;
  readonly rules: string;
  readonly client: string;
  readonly server: string;
}

/** The rules that decide. */
function notesOf({ walk: { steps } }: Leg, { file, rules }: Pick<Talk, 'file' | 'rules'>): readonly string[] {
  const decided = decisionsOf(steps).flatMap((one) => (one.kind === 'rule' ? [one] : []));
  const notes = decided
    .slice(0, MOST_NOTES)
    .map((one) => `  Note over ${rules}: ${escapeLabel(placeLine(one.path, file))}<br/>${escapeLabel(effectLine(one))}`);
  const more = decided.length > MOST_NOTES ? [`  Note over ${rules}: ... ${decided.length - MOST_NOTES} more rules`] : [];
  return [...notes, ...more];
}

/** Who has the packet in the end; undefined: it ends among the rules. */
function takerOf(leg: Leg): string | undefined {
  const { fate, after } = leg.walk;
  if (fate.kind === 'delivered') return `${processOf(leg)} ${fate.listener === undefined ? '' : `:${fate.listener}`}`.trim();
  return fate.kind === 'sent' || fate.kind === 'forwarded' ? `${destination(leg)} via ${after.oif ?? fate.oif}` : undefined;
}

function arrival(leg: Leg): string {
  const { fate, packet } = leg.walk;
  if (fate.kind !== 'delivered') return fate.kind;
  if (fate.process === undefined && leg.reply === undefined) return 'delivered, no process listens';
  const instead = originalDestination(leg);
  if (instead === undefined) return 'delivered';
  return packet.proto === PROTO.tcp ? 'the TCP handshake is answered here' : 'answered here';
}
