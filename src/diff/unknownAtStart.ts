import type { PacketSet } from '../syntax/packets/parsePacketSet.ts';

/** The key of a set of packets that asks about what packets do not have as they start. */
export function unknownAtStart({ terms }: PacketSet): string | undefined {
  return terms.find(({ key }) => key === 'ctstate' || key === 'oif')?.key;
}
