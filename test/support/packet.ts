import { completePacket } from '../../src/host/completePacket.ts';
import type { Host } from '../../src/host/host.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';

/** A packet from its notation; a test that writes a wrong one fails. */
export function packetOf(text: string, host: Host): Packet {
  const { packet: partial, diagnostics } = parsePacket({ file: 'packet', text });
  if (partial === undefined) throw new Error(`${text}: ${diagnostics.map(({ message }) => message).join('; ')}`);
  const { packet, problem } = completePacket(partial, host);
  if (packet === undefined) throw new Error(`${text}: ${problem}`);
  return packet;
}
