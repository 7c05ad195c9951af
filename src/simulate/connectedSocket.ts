/** Sockets of a connection on this host, which are found by both ends before any listener is: who has sent its first packet has one, and
 *  a TCP listener that has taken it.
 *  kernel net/ipv4/inet_hashtables.c __inet_lookup_established(), net/ipv4/udp.c compute_score() */
import { addrType } from '../host/addrType.ts';
import type { Host, Listener } from '../host/host.ts';
import type { Address } from '../packet/address.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import { hasPorts, PROTO } from '../packet/protocol.ts';
import type { Walk } from './trace.ts';

/** `address` and `port` are its own end. */
export interface ConnectedSocket extends Listener {
  readonly address: Address;
  readonly port: number;
  readonly remote: Address;
  readonly remotePort: number;
}

export interface SocketEnds {
  readonly src: Address;
  readonly sport: number | undefined;
}

interface Query extends SocketEnds {
  readonly proto: number;
  readonly dst: Address;
  readonly dport: number | undefined;
}

export function connectedSocket(
  sockets: readonly ConnectedSocket[],
  { proto, src, sport, dst, dport }: Query,
): ConnectedSocket | undefined {
  return sockets.find(
    (one) => one.proto === proto && one.address === dst && one.port === dport && one.remote === src && one.remotePort === sport,
  );
}

/** Of both sides, as far as they are here. */
export function socketsOf({ packet, after, fate }: Walk, host: Host): readonly ConnectedSocket[] {
  const { proto, dir, socket, src, dst, sport, dport, uid, gid } = packet;
  if (!hasPorts(proto)) return [];
  const sockets: ConnectedSocket[] = [];
  if (dir === 'out' && socket && sport !== undefined && dport !== undefined) {
    const [process = 'client'] = [...host.processes].find(([, one]) => one.uid === uid && one.gid === gid) ?? [];
    // the source of another host is for transparent sockets alone
    const transparent = ADDR_TYPES[addrType(host, src)] !== 'LOCAL';
    sockets.push({ proto, process, transparent, address: src, port: sport, remote: dst, remotePort: dport });
  }
  if (proto === PROTO.tcp && fate.kind === 'delivered' && fate.process !== undefined) {
    const { process, transparent } = fate;
    const [port, remotePort] = [after.dport ?? 0, after.sport ?? 0];
    const own = host.listeners.some(
      (one) => one.process === process && one.proto === proto && one.transparent && (one.port ?? fate.listener) === fate.listener,
    );
    sockets.push({ proto, process, transparent: transparent || own, address: after.dst, port, remote: after.src, remotePort });
  }
  return sockets;
}
