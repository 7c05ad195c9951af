/** Packets that the oracle does not send: what is said instead of an answer. */
import { addrType } from '../../host/addrType.ts';
import type { Host } from '../../host/host.ts';
import { ADDR_TYPES } from '../../packet/fields.ts';
import { protocolName } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';

const UNBUILT: readonly number[] = [PROTO.sctp, PROTO.dccp];

/** Undefined: it can be sent, as the first of its connection. */
export function whyUnaskable(packet: Packet, host: Host): string | undefined {
  const { dir, proto, family, fragOffset, ctstate, connmark = 0, socket, dst, iif } = packet;
  if (ctstate !== undefined && ctstate !== 'NEW') return `a packet that is ${ctstate} is not the first of its connection`;
  if (connmark !== 0) return 'a first packet has no connection mark yet';
  if (dir === 'out' && !socket) return 'no process sends a packet without a socket';
  if (dir === 'in' && !host.interfaces.some(({ name }) => name === iif && name !== 'lo'))
    return `nothing arrives on ${iif ?? 'no interface'}`;
  if (UNBUILT.includes(proto) || (proto === PROTO.ah && family === 6)) return `it sends no ${protocolName(proto)} packets`;
  if (fragOffset === 1 && proto === PROTO.tcp) return 'x_tables and nf_tables differ about a TCP fragment at offset 1';
  const type = ADDR_TYPES[addrType(host, dst)];
  if (dir === 'out' && (type === 'BROADCAST' || type === 'MULTICAST')) return `a ${type.toLowerCase()} packet walks POSTROUTING twice`;
  return undefined;
}
