/** A host description, rules and packets as a question to the kernel oracle. */
import type { HostDescription } from '../../src/api/arbitraries/hosts.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { flagLetters } from '../../src/packet/notation.ts';
import type { Packet, Quoted } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Question } from './oracle.ts';

/** The JSON form of a host, as far as a kernel can be given it. */
export type HostJson = HostDescription;

export interface Rules {
  readonly v4?: string;
  readonly v6?: string;
}

/** A packet whose source the kernel is to choose. */
export type SourcelessPacket = Packet & { readonly chooseSource?: boolean };

/** A packet of a flow: TCP with its place in the stream. */
export type FlowPacket = Packet & { readonly seq?: number; readonly ack?: number };

export function questionOf(host: HostJson, rules: Rules, packets: readonly SourcelessPacket[]): Question {
  return {
    ...(rules.v4 === undefined ? {} : { rules_v4: rules.v4 }),
    ...(rules.v6 === undefined ? {} : { rules_v6: rules.v6 }),
    interfaces: host.interfaces.map(({ name, addresses, type, group = 0 }) => ({
      name,
      addrs: addresses,
      group,
      ...(type === undefined ? {} : { type }),
    })),
    routes: [
      ...(host.routes ?? []),
      ...Object.entries(host.route_tables ?? {}).flatMap(([table, routes]) => routes.map((route) => `${route} table ${table}`)),
    ],
    ip_rules: host.ip_rules ?? [],
    sysctls: host.sysctls ?? {},
    listeners: (host.listeners ?? []).flatMap(sockets),
    pre_cmds: Object.entries(host.sets ?? {}).flatMap(([name, set]) => setCommands(name, set)),
    isolate: true,
    packets: packets.map(packetOf),
  };
}

/** A listener without an address is one socket per family; one without a port cannot be made. */
function sockets({ proto, port, address, transparent = false }: NonNullable<HostJson['listeners']>[number]): readonly unknown[] {
  if (port === undefined) return [];
  return (address === undefined ? ['0.0.0.0', '::'] : [address]).map((addr) => ({ proto, port, addr, transparent }));
}

function setCommands(name: string, { type, members }: { readonly type: string; readonly members: readonly string[] }): readonly string[][] {
  const family = members.some((member) => /^[^,]*:/.test(member)) ? ['family', 'inet6'] : [];
  return [['ipset', 'create', name, type, ...family], ...members.map((member) => ['ipset', 'add', name, member])];
}

function packetOf(packet: SourcelessPacket & FlowPacket): Readonly<Record<string, unknown>> {
  return {
    ...(packet.seq === undefined ? {} : { seq: packet.seq, ack: packet.ack ?? 0 }),
    ...(packet.quotes === undefined ? {} : { quotes: quotedOf(packet.quotes) }),
    from: packet.dir === 'in' ? 'wire' : 'local',
    proto: packet.proto === PROTO.icmpv6 ? 'icmpv6' : packet.proto,
    ...(packet.chooseSource === true ? {} : { src: formatAddress(packet.src) }),
    dst: formatAddress(packet.dst),
    ...(packet.sport === undefined ? {} : { sport: packet.sport }),
    ...(packet.dport === undefined ? {} : { dport: packet.dport }),
    ...(packet.flags === undefined ? {} : { flags: flagLetters(packet.flags) }),
    ...(packet.icmpType === undefined ? {} : { icmp_type: packet.icmpType, icmp_code: packet.icmpCode ?? 0 }),
    ...(packet.dir === 'in' ? { in_iface: packet.iif } : { uid: packet.uid ?? 0, gid: packet.gid ?? 0, mark: packet.mark }),
    ...(packet.oif === undefined ? {} : { bind_iface: packet.oif }),
    ...(packet.spi === undefined ? {} : { spi: packet.spi }),
    ttl: packet.ttl,
    tos: packet.tos,
    length: packet.length,
    ...(packet.fragOffset === 0 ? {} : { frag: packet.fragOffset }),
  };
}

function quotedOf({ proto, src, dst, sport, dport }: Quoted): Readonly<Record<string, unknown>> {
  const ends = { proto: proto === PROTO.icmpv6 ? 'icmpv6' : proto, src: formatAddress(src), dst: formatAddress(dst) };
  if (proto !== PROTO.icmp && proto !== PROTO.icmpv6) return { ...ends, sport: sport ?? 0, dport: dport ?? 0 };
  return { ...ends, icmp_type: (dport ?? 0) >> 8, icmp_code: (dport ?? 0) & 0xff };
}

/** Several flows over one host and its rules: connections last within a flow. */
export function flowQuestion(host: HostJson, rules: Rules, flows: readonly (readonly FlowPacket[])[]): Question {
  const packets = flows.flatMap((flow) => flow.map((packet, index) => ({ ...packetOf(packet), icmp_id: 1, fresh: index === 0 })));
  return { ...questionOf(host, rules, []), packets, mode: 'stateful' };
}
