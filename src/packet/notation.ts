/** Addresses and packets in words, as the packet notation writes them. */
import { type Address, familyOf, formatAddress, parseAddress } from './address.ts';
import { TCP_FLAGS } from './fields.ts';
import type { CtDirection, Endpoint, Packet } from './packet.ts';
import { PROTO } from './protocol.ts';
import { USUAL_TTL, usualLength } from './usual.ts';

/** `10.0.0.9:80`, `[fd00::9]:80`; the bare address without a port. */
export function endpointText({ address, port }: { readonly address: Address; readonly port?: number | undefined }): string {
  const text = formatAddress(address);
  if (port === undefined) return text;
  return familyOf(address) === 6 ? `[${text}]:${port}` : `${text}:${port}`;
}

/** One of several ports, of which `port` is the first: `10.0.0.5:1024-65535` */
export function pickedText(
  end: Parameters<typeof endpointText>[0],
  ports: { readonly lo: number; readonly hi: number } | undefined,
): string {
  return ports === undefined ? endpointText(end) : `${endpointText({ ...end, port: ports.lo })}-${ports.hi}`;
}

/** The other way round. Undefined: it is not an endpoint. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const [, six, four, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = parseAddress(six ?? four ?? text);
  if (address === undefined || digits === undefined) return address === undefined ? undefined : { address };
  return Number(digits) > 0xffff || familyOf(address) !== (six === undefined ? 4 : 6) ? undefined : { address, port: Number(digits) };
}

const PROTO_NAMES = new Map<number, string>(Object.entries(PROTO).map(([name, number]) => [number, name]));

export function protocolName(proto: number): string {
  return PROTO_NAMES.get(proto) ?? String(proto);
}

export function flagLetters(flags: number): string {
  return Object.entries(TCP_FLAGS)
    .filter(([, bit]) => (flags & bit) !== 0)
    .map(([letter]) => letter)
    .join('');
}

export function hexMark(mark: number): string {
  return `0x${mark.toString(16)}`;
}

/** `02:00:00:00:00:01`. */
export function macText(mac: number | bigint): string {
  return mac
    .toString(16)
    .padStart(12, '0')
    .replaceAll(/(..)(?=.)/g, '$1:');
}

/** The arrow form without its keys: `tcp 10.244.0.5:40000 -> 10.0.0.9:80`. */
export function flowText(packet: Pick<Packet, 'proto' | 'src' | 'sport' | 'dst' | 'dport'>): string {
  const from = endpointText({ address: packet.src, port: packet.sport });
  return `${protocolName(packet.proto)} ${from} -> ${endpointText({ address: packet.dst, port: packet.dport })}`;
}

/** Which way of its connection a packet with a state is assumed to go: an answer to a SYN or to an ICMP request is an answer, and so is
 *  what comes from a fixed port to one of those that clients are given. */
export function usualDirection({ ctstate, proto, flags = 0, icmpType, sport = 0, dport = 0 }: Omit<Packet, 'family' | 'dir'>): CtDirection {
  if (ctstate === 'NEW') return 'original';
  if (proto === PROTO.tcp && (flags & SYN_ACK) === SYN_ACK) return 'reply';
  if (icmpType !== undefined) return ICMP_ANSWERS.has(icmpType) ? 'reply' : 'original';
  if (proto === PROTO.tcp && (flags & TCP_FLAGS.S) !== 0) return 'original';
  return sport < FIRST_EPHEMERAL && dport >= FIRST_EPHEMERAL ? 'reply' : 'original';
}

const SYN_ACK = TCP_FLAGS.S | TCP_FLAGS.A;
/** Echo, timestamp, information, address mask, echo and node information of ICMPv6. */
const ICMP_ANSWERS: ReadonlySet<number> = new Set([0, 14, 16, 18, 129, 140]);
/** kernel net.ipv4.ip_local_port_range */
const FIRST_EPHEMERAL = 32768;

interface HiddenEnd {
  readonly key: 'ctorigsrc' | 'ctorigdst';
  readonly endpoint: Endpoint;
}

/** What is said of the connection's first packet, where the packet does not show it. */
export function hiddenEnds(packet: Packet): readonly HiddenEnd[] {
  const { src, sport, dst, dport } = packet;
  const [from, to] = [
    { address: src, port: sport },
    { address: dst, port: dport },
  ];
  const shown = packet.ctdir === 'reply' ? { ctorigsrc: to, ctorigdst: from } : { ctorigsrc: from, ctorigdst: to };
  return (['ctorigsrc', 'ctorigdst'] as const).flatMap((key) => {
    const endpoint = packet[key];
    const same =
      endpoint === undefined || (endpoint.address === shown[key].address && (endpoint.port ?? shown[key].port) === shown[key].port);
    return same ? [] : [{ key, endpoint }];
  });
}

/** The whole packet in arrow form; only what differs from the usual is spelled as a key. */
export function packetText(packet: Packet): string {
  const keys: string[] = [];
  if (packet.uid !== undefined) keys.push(`uid=${packet.uid}`);
  if (packet.gid !== undefined) keys.push(`gid=${packet.gid}`);
  if (packet.dir === 'out' && !packet.socket) keys.push('socket=no');
  if (packet.iif !== undefined) keys.push(`iif=${packet.iif}`);
  if (packet.oif !== undefined) keys.push(`oif=${packet.oif}`);
  if (packet.mark !== 0) keys.push(`mark=${hexMark(packet.mark)}`);
  if (packet.ctstate !== undefined) keys.push(`ctstate=${packet.ctstate}`);
  if (packet.ctdir !== undefined && packet.ctdir !== usualDirection(packet)) keys.push(`dir=${packet.ctdir}`);
  for (const { key, endpoint } of hiddenEnds(packet)) keys.push(`${key}=${endpointText(endpoint)}`);
  if (packet.connmark !== undefined && packet.connmark !== 0) keys.push(`connmark=${hexMark(packet.connmark)}`);
  if (packet.flags !== undefined && packet.flags !== TCP_FLAGS.S) keys.push(`flags=${flagLetters(packet.flags)}`);
  if (packet.icmpType !== undefined) keys.push(`icmp=${packet.icmpType}${packet.icmpCode ? `/${packet.icmpCode}` : ''}`);
  if (packet.spi !== undefined) keys.push(`spi=${packet.spi}`);
  if (packet.fragOffset !== 0) keys.push(`frag=${packet.fragOffset}`);
  if (packet.df !== undefined) keys.push(`df=${packet.df ? 'yes' : 'no'}`);
  if (packet.ttl !== USUAL_TTL) keys.push(`ttl=${packet.ttl}`);
  if (packet.tos !== 0) keys.push(`tos=0x${packet.tos.toString(16)}`);
  if (packet.length !== usualLength(packet.family, packet.proto)) keys.push(`len=${packet.length}`);
  if (packet.mac !== undefined) keys.push(`mac=${macText(packet.mac)}`);
  return [packet.dir, flowText(packet), ...keys].join(' ');
}
