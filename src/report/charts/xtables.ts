/** A trace as `xtables-monitor --trace` prints a real one, so that the two can be compared.
 *  source: iptables/xtables-monitor.c. Differs on purpose: the handle is the rule's position, the id is the leg, no IP id. */
import type { Leg } from '../../connection/journey.ts';
import { familyOf, formatAddress } from '../../packet/address.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { hexMark, protocolName } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import type { NatEndpoint, WalkStep } from '../../simulate/trace.ts';
import type { TraceInput } from '../json/traceInput.ts';
import { cutText } from '../text/cut.ts';
import { laterParts } from '../text/shownParts.ts';

/** Branches are separated by a blank line. What was not walked is said in a comment. */
export function xtablesTrace({ journey, whole }: TraceInput): string {
  const cut = cutText(journey);
  const paths = journey.paths.map(({ legs }) =>
    packetsOf(legs, whole)
      .flatMap((leg, index) => legLines(leg, index + 1))
      .join('\n'),
  );
  return [...paths, ...(cut === undefined ? [] : [`# ${cut}`])].join('\n\n');
}

/** In the order in which they are sent, as far as they are drawn. */
function packetsOf(legs: readonly Leg[], whole: boolean | undefined): readonly Leg[] {
  return legs.flatMap((leg) => {
    const isDrawn = whole === true || leg.connection?.end === 'stalls';
    return [leg, ...(isDrawn ? laterParts(leg).map((later) => later.leg) : [])];
  });
}

interface Tuple {
  readonly src: NatEndpoint;
  readonly dst: NatEndpoint;
  readonly mark: number;
  readonly ttl: number;
  readonly tos: number;
  readonly flags: number | undefined;
}

function legLines({ walk: { packet, steps } }: Leg, number: number): readonly string[] {
  const id = `${packet.family === 4 ? 2 : 10} ${number.toString(16).padStart(8, '0')}`;
  const option = packet.family === 4 ? '-4' : '-6';
  const { mark, ttl, tos, flags } = packet;
  let now: Tuple = { src: endpoint(packet.src, packet.sport), dst: endpoint(packet.dst, packet.dport), mark, ttl, tos, flags };
  const lines: string[] = [];
  for (const step of steps) {
    if (step.kind === 'nat') now = { ...now, [step.manip]: step.to };
    else if (step.kind === 'mark' && step.on === 'packet') now = { ...now, mark: step.value };
    else if (step.kind === 'field') now = { ...now, [step.field]: step.value };
    else if (step.kind === 'hook') lines.push(`PACKET: ${id} ${packetFields({ hook: step, packet, now })}`);
    else {
      const event = traceEvent(step, option);
      if (event !== undefined) lines.push(` TRACE: ${id} ${event}`);
    }
  }
  return lines;
}

function endpoint(address: NatEndpoint['address'], port: number | undefined): NatEndpoint {
  return { address, ...(port !== undefined && { port }) };
}

function traceEvent(step: WalkStep, option: string): string | undefined {
  switch (step.kind) {
    case 'rule': {
      const { rule, verdict } = step;
      const target = verdict === 'JUMP' || verdict === 'GOTO' ? `:${rule.target ?? ''}` : '';
      const handle = `0x${rule.number.toString(16)}`;
      return `${rule.table}:${rule.chain}:rule:${handle}:${verdict}${target}  ${option} -t ${rule.table} ${rule.text}`;
    }
    case 'policy':
      return `${step.table}:${step.chain}:policy:${step.verdict}`;
    case 'end':
      return `${step.table}:${step.chain}:return:`;
    default:
      return undefined;
  }
}

interface Seen {
  readonly hook: Extract<WalkStep, { kind: 'hook' }>;
  readonly packet: Packet;
  /** after the rules so far */
  readonly now: Tuple;
}

function packetFields({ hook, packet, now }: Seen): string {
  const { proto, length, icmpType, icmpCode } = packet;
  const { tos, ttl, flags } = now;
  const v4 = familyOf(now.dst.address) === 4;
  const fields = [
    hook.iif === undefined ? '' : `IN=${hook.iif}`,
    hook.oif === undefined ? '' : `OUT=${hook.oif}`,
    `SRC=${formatAddress(now.src.address)}`,
    `DST=${formatAddress(now.dst.address)}`,
    `LEN=${length}`,
    v4 ? `TOS=0x${tos.toString(16)}` : `TC=0x${tos.toString(16)}`,
    v4 ? `TTL=${ttl}` : `HOPLIMIT=${ttl}`,
    now.src.port === undefined ? `PROTO=${protocolName(proto).toUpperCase()}` : `SPORT=${now.src.port} DPORT=${now.dst.port ?? 0}`,
    icmpType === undefined ? '' : `TYPE=${icmpType} CODE=${icmpCode ?? 0}`,
    flags === undefined ? '' : flagNames(flags),
    now.mark === 0 ? '' : `MARK=${hexMark(now.mark)}`,
  ];
  return fields.filter((field) => field !== '').join(' ');
}

const FLAG_NAMES = { F: 'FIN', S: 'SYN', R: 'RST', P: 'PSH', A: 'ACK', U: 'URG', E: 'ECE', C: 'CWR' } as const;

function flagNames(flags: number): string {
  const letters = Object.keys(TCP_FLAGS) as (keyof typeof TCP_FLAGS)[];
  return letters
    .filter((letter) => (flags & TCP_FLAGS[letter]) !== 0)
    .map((letter) => FLAG_NAMES[letter])
    .join(' ');
}
