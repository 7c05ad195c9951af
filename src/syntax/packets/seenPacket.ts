/** Lines that programs write of packets. */
import { endpointText, protocolName } from '../../packet/notation.ts';
import { readKernelLogLine, type SeenPacket } from './kernelLogLine.ts';
import { readTcpdumpLine } from './tcpdumpLine.ts';

export function readSeenPacket(text: string): SeenPacket | undefined {
  return readKernelLogLine(text) ?? readTcpdumpLine(text);
}

/** What others of the same kind have in common with it: direction, protocol, addresses, the port of the destination. */
export function seenSetText({ packet: { dir, proto, src, dst, dport } }: SeenPacket): string {
  const from = src === undefined ? [] : [endpointText({ address: src })];
  const to = dst === undefined ? [] : [endpointText({ address: dst, port: dport })];
  return [...(dir === undefined ? [] : [dir]), ...(proto === undefined ? [] : [protocolName(proto)]), ...from, '->', ...to].join(' ');
}
