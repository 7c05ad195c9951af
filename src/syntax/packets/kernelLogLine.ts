/** The line that -j LOG writes of a packet. kernel net/netfilter/nf_log_syslog.c dump_ipv4_packet(), dump_ipv6_packet() */
import { parseAddress } from '../../packet/address.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import { flagsValue, protocolValue } from './keyValues.ts';

/** A packet that a program has seen. */
export interface SeenPacket {
  readonly packet: PartialPacket;
  /** what was made of the line, and what it does not say */
  readonly notes: readonly string[];
  /** no direction is in the line */
  readonly isWayUnsaid?: true;
}

/** Undefined: not such a line. */
export function readKernelLogLine(text: string): SeenPacket | undefined {
  if (!/(?:^|\s)IN=\S*\s+OUT=\S*\s/.test(text)) return undefined;
  // an ICMP error quotes the packet that it is about
  const line = text.slice(text.search(/(?:^|\s)IN=/)).replace(/\[SRC=.*\]/s, ' ');
  const [src, dst] = [parseAddress(fieldOf(line, 'SRC') ?? ''), parseAddress(fieldOf(line, 'DST') ?? '')];
  const proto = protocolValue(fieldOf(line, 'PROTO') ?? '');
  if (src === undefined || dst === undefined || proto === undefined) return undefined;
  const [iif, oif] = [fieldOf(line, 'IN'), fieldOf(line, 'OUT')];
  const numbers = {
    sport: numberOf(line, 'SPT'),
    dport: numberOf(line, 'DPT'),
    ttl: numberOf(line, 'TTL') ?? numberOf(line, 'HOPLIMIT'),
    tos: tosOf(line),
    length: numberOf(line, 'LEN'),
    uid: numberOf(line, 'UID'),
    gid: numberOf(line, 'GID'),
    mark: numberOf(line, 'MARK'),
    spi: numberOf(line, 'SPI'),
    icmpType: numberOf(line, 'TYPE'),
    icmpCode: numberOf(line, 'CODE'),
    fragOffset: /\sFRAG:(\d+)/.exec(line)?.[1],
    mac: iif === undefined ? undefined : macOf(fieldOf(line, 'MAC')),
    flags: proto === 6 ? flagsOf(line) : undefined,
  };
  const given = Object.entries(numbers).flatMap(([key, value]) => (value === undefined ? [] : [[key, Number(value)] as const]));
  const isWayUnsaid = iif === undefined && oif === undefined;
  const dir = isWayUnsaid ? {} : iif === undefined ? ({ dir: 'out' } as const) : ({ dir: 'in', iif } as const);
  return {
    packet: { ...dir, proto, src, dst, ...Object.fromEntries(given) },
    notes: [...(isWayUnsaid ? [] : [directionNote(iif, oif)]), ...markNote(numbers.mark), HOOK],
    ...(isWayUnsaid && { isWayUnsaid }),
  };
}

const HOOK = 'addresses, ports and interfaces are as they were where the packet was logged, after the rules and the NAT that came before';

function directionNote(iif: string | undefined, oif: string | undefined): string {
  if (iif === undefined)
    return `OUT=${oif ?? ''} without IN=: read as sent by this host; one that is forwarded looks so in POSTROUTING, too`;
  return oif === undefined ? `IN=${iif}: read as arriving on ${iif}` : `IN=${iif} OUT=${oif}: read as arriving on ${iif}, to be forwarded`;
}

function markNote(mark: number | undefined): readonly string[] {
  return mark === undefined ? [] : [`MARK=0x${mark.toString(16)}: assumed to be there from the start; a rule may have set it`];
}

/** The first that is not empty: UDP has a LEN of its own. */
function fieldOf(line: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(line)?.[1];
}

function numberOf(line: string, name: string): number | undefined {
  const text = fieldOf(line, name);
  return text !== undefined && /^(?:0x[\da-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : undefined;
}

/** IPv4 has the octet in two parts, IPv6 in one. */
function tosOf(line: string): number | undefined {
  const [tos, precedence] = [numberOf(line, 'TOS'), numberOf(line, 'PREC')];
  return tos === undefined ? numberOf(line, 'TC') : tos | (precedence ?? 0);
}

/** The header of Ethernet: destination, source, protocol. */
function macOf(text: string | undefined): number | undefined {
  const octets = text?.split(':') ?? [];
  return octets.length === 14 ? Number.parseInt(octets.slice(6, 12).join(''), 16) : undefined;
}

function flagsOf(line: string): number {
  const names = line.match(/(?<=\s)(?:CWR|ECE|URG|ACK|PSH|RST|SYN|FIN)(?=\s|$)/g) ?? [];
  return names.length === 0 ? 0 : (flagsValue(names.join(',')) ?? TCP_FLAGS.S);
}
