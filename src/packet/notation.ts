/** Addresses and packets in words, as the packet notation writes them. */
import { type Address, familyOf, formatAddress } from './address.ts';
import { TCP_FLAGS } from './fields.ts';
import type { Packet } from './packet.ts';
import { PROTO } from './protocol.ts';

/** `10.0.0.9:80`, `[fd00::9]:80`; the bare address without a port. */
export function endpointText({ address, port }: { readonly address: Address; readonly port?: number | undefined }): string {
  const text = formatAddress(address);
  if (port === undefined) return text;
  return familyOf(address) === 6 ? `[${text}]:${port}` : `${text}:${port}`;
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

/** The arrow form without its keys: `tcp 10.244.0.5:40000 -> 10.0.0.9:80`. */
export function flowText(packet: Pick<Packet, 'proto' | 'src' | 'sport' | 'dst' | 'dport'>): string {
  const from = endpointText({ address: packet.src, port: packet.sport });
  return `${protocolName(packet.proto)} ${from} -> ${endpointText({ address: packet.dst, port: packet.dport })}`;
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
  if (packet.connmark !== undefined && packet.connmark !== 0) keys.push(`connmark=${hexMark(packet.connmark)}`);
  if (packet.flags !== undefined && packet.flags !== TCP_FLAGS.S) keys.push(`flags=${flagLetters(packet.flags)}`);
  if (packet.icmpType !== undefined) keys.push(`icmp=${packet.icmpType}${packet.icmpCode ? `/${packet.icmpCode}` : ''}`);
  if (packet.spi !== undefined) keys.push(`spi=${packet.spi}`);
  if (packet.fragOffset !== 0) keys.push(`frag=${packet.fragOffset}`);
  return [packet.dir, flowText(packet), ...keys].join(' ');
}
