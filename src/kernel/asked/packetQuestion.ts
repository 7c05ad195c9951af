/** Packets as a question to the kernel oracle. */
import { formatAddress } from '../../packet/address.ts';
import { flagLetters, macText } from '../../packet/notation.ts';
import type { Packet, Quoted } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';

/** A packet as the kernel is asked about it. */
export type SentPacket = Packet & {
  /** the kernel is to choose its source */
  readonly chooseSource?: boolean;
  /** TCP with its place in the stream */
  readonly seq?: number;
  readonly ack?: number;
  /** bytes of the TCP header, with its options; absent: without any but the segment size */
  readonly header?: number;
};

export function packetQuestion(packet: SentPacket): Readonly<Record<string, unknown>> {
  return {
    ...(packet.seq === undefined ? {} : { seq: packet.seq, ack: packet.ack ?? 0 }),
    ...(packet.header === undefined ? {} : { header: packet.header }),
    ...(packet.quotes === undefined ? {} : { quotes: quotedQuestion(packet.quotes) }),
    from: packet.dir === 'in' ? 'wire' : 'local',
    proto: packet.proto === PROTO.icmpv6 ? 'icmpv6' : packet.proto,
    ...(packet.chooseSource === true ? {} : { src: formatAddress(packet.src) }),
    dst: formatAddress(packet.dst),
    ...(packet.sport === undefined ? {} : { sport: packet.sport }),
    ...(packet.dport === undefined ? {} : { dport: packet.dport }),
    ...(packet.flags === undefined ? {} : { flags: flagLetters(packet.flags) }),
    ...(packet.icmpType === undefined ? {} : { icmp_type: packet.icmpType, icmp_code: packet.icmpCode ?? 0 }),
    ...(packet.dir === 'in'
      ? { in_iface: packet.iif, mark: packet.mark, ...(packet.mac !== undefined && { mac: macText(packet.mac) }) }
      : { uid: packet.uid ?? 0, gid: packet.gid ?? 0, mark: packet.mark }),
    ...(packet.dir === 'out' && packet.proto === PROTO.tcp && !packet.socket && { orphan: true }),
    ...(packet.oif === undefined ? {} : { bind_iface: packet.oif }),
    ...(packet.spi === undefined ? {} : { spi: packet.spi }),
    ttl: packet.ttl,
    tos: packet.tos,
    length: packet.length,
    ...(packet.fragOffset === 0 ? {} : { frag: packet.fragOffset }),
  };
}

function quotedQuestion({ proto, src, dst, sport, dport }: Quoted): Readonly<Record<string, unknown>> {
  const ends = { proto: proto === PROTO.icmpv6 ? 'icmpv6' : proto, src: formatAddress(src), dst: formatAddress(dst) };
  if (proto !== PROTO.icmp && proto !== PROTO.icmpv6) return { ...ends, sport: sport ?? 0, dport: dport ?? 0 };
  return { ...ends, icmp_type: (dport ?? 0) >> 8, icmp_code: (dport ?? 0) & 0xff };
}
