/** The object form of a packet, as JSON answers and `--packets` have it. Scripts rely on it: keys are added only. */

import { formatAddress } from './address.ts';
import { endpointText, flagLetters, hiddenEnds, protocolName } from './notation.ts';
import type { Packet } from './packet.ts';
import type { PartialPacket } from './partialPacket.ts';

export interface PacketJson {
  readonly dir: 'in' | 'out';
  /** a name, or the number of a protocol that has none here */
  readonly proto: string;
  readonly src: string;
  readonly sport?: number;
  readonly dst: string;
  readonly dport?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** only given for `out` packets that no socket sent */
  readonly socket?: boolean;
  readonly mark: number;
  /** letters of `FSRPAUEC` */
  readonly flags?: string;
  /** `TYPE` or `TYPE/CODE` */
  readonly icmp?: string;
  /** of esp and ah */
  readonly spi?: number;
  readonly iif?: string;
  readonly oif?: string;
  readonly ctstate?: string;
  /** `original` or `reply`: which way of the connection of `ctstate` */
  readonly ctdir?: string;
  /** `ADDRESS:PORT` of the connection's first packet before NAT, where the packet does not show them */
  readonly ctorigsrc?: string;
  readonly ctorigdst?: string;
  /** mark of the connection of `ctstate` */
  readonly connmark?: number;
  readonly ttl: number;
  readonly tos: number;
  readonly len: number;
  /** in units of 8 bytes; absent for packets that are no later fragment */
  readonly frag?: number;
  /** whether it may not be fragmented; absent: not said */
  readonly df?: boolean;
}

export function toPacketJson(packet: Packet): PacketJson {
  return {
    dir: packet.dir,
    proto: protocolName(packet.proto),
    src: formatAddress(packet.src),
    ...(packet.sport !== undefined && { sport: packet.sport }),
    dst: formatAddress(packet.dst),
    ...(packet.dport !== undefined && { dport: packet.dport }),
    ...(packet.uid !== undefined && { uid: packet.uid }),
    ...(packet.gid !== undefined && { gid: packet.gid }),
    ...(packet.dir === 'out' && !packet.socket && { socket: false }),
    mark: packet.mark,
    ...(packet.flags !== undefined && { flags: flagLetters(packet.flags) }),
    ...(packet.icmpType !== undefined && { icmp: packet.icmpCode ? `${packet.icmpType}/${packet.icmpCode}` : `${packet.icmpType}` }),
    ...(packet.spi !== undefined && { spi: packet.spi }),
    ...(packet.iif !== undefined && { iif: packet.iif }),
    ...(packet.oif !== undefined && { oif: packet.oif }),
    ...(packet.ctstate !== undefined && { ctstate: packet.ctstate }),
    ...(packet.ctdir !== undefined && { ctdir: packet.ctdir }),
    ...Object.fromEntries(hiddenEnds(packet).map(({ key, endpoint }) => [key, endpointText(endpoint)])),
    ...(packet.connmark !== undefined && packet.connmark !== 0 && { connmark: packet.connmark }),
    ttl: packet.ttl,
    tos: packet.tos,
    len: packet.length,
    ...(packet.fragOffset !== 0 && { frag: packet.fragOffset }),
    ...(packet.df !== undefined && { df: packet.df }),
  };
}

/** Where the object form has another name for a part of a packet than the type. */
const RENAMED: Readonly<Partial<Record<keyof PartialPacket, keyof PacketJson>>> = {
  icmpType: 'icmp',
  icmpCode: 'icmp',
  length: 'len',
  fragOffset: 'frag',
};

/** The keys of the object form that stand for these parts of a packet. */
export function defaultKeys(parts: readonly (keyof PartialPacket)[]): readonly string[] {
  return [...new Set(parts.map((part) => RENAMED[part] ?? part))];
}

/** The same with their values: `src=10.244.0.5`. */
export function defaultsText(parts: readonly (keyof PartialPacket)[], packet: Packet): readonly string[] {
  const values = new Map<string, unknown>(Object.entries(toPacketJson(packet)));
  // in the arrow form the direction of a connection has the short name
  return defaultKeys(parts).map((key) => `${key === 'ctdir' ? 'dir' : key}=${String(values.get(key))}`);
}
