/** The two ends of a leg in words: who took the packet, and where. */
import type { Leg } from '../../connection/journey.ts';
import { endpointText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';

/** Where the sender meant to go, when the rules changed it or a transparent listener took it. */
export function originalDestination(leg: Leg): string | undefined {
  const { packet } = leg.walk;
  const meant = endpointText({ address: packet.dst, port: packet.dport });
  return meant === destination(leg) ? undefined : meant;
}

/** Where the packet ends: the listener's port where TPROXY took it without a rewrite. */
export function destination({ walk }: Leg): string {
  const { after, fate } = walk;
  const port = fate.kind === 'delivered' && fate.listener !== undefined ? fate.listener : after.dport;
  return endpointText({ address: after.dst, port });
}

export function processOf({ walk, listener }: Leg): string {
  const { fate, packet } = walk;
  if (listener !== undefined) return listener.process;
  return fate.kind === 'delivered' ? (fate.process ?? withoutListener(packet.proto)) : NO_PROCESS;
}

/** `the proxy`, or the name that a host description gives. */
export function theProcess(leg: Leg): string {
  const name = processOf(leg);
  return name === 'proxy' ? 'the proxy' : name;
}

/** Where no program listens the kernel refuses TCP and UDP; all else it takes itself. */
export function withoutListener(proto: number): string {
  return proto === PROTO.tcp || proto === PROTO.udp ? NO_PROCESS : KERNEL;
}

export const KERNEL = 'the kernel';
export const NO_PROCESS = 'no process';

/** What the kernel makes of a packet that no program takes. */
export function takenByKernel({ proto, icmpType }: Pick<Packet, 'proto' | 'icmpType'>): string {
  if (proto !== PROTO.icmp && proto !== PROTO.icmpv6) return 'taken by the kernel, or by a program with a raw socket';
  return icmpType === ECHO || icmpType === ECHO6 ? 'answered by the kernel' : 'taken by the kernel';
}

const ECHO = 8;
const ECHO6 = 128;
