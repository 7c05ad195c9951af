/** A line that a program wrote of a packet, and that does not say which way the packet goes: the host's addresses say it. */
import { directionBetween } from '../host/direction.ts';
import type { Complaint } from '../lib/complaint.ts';
import { formatAddress } from '../packet/address.ts';
import type { PartialPacket } from '../packet/partialPacket.ts';
import type { PlacedHost } from './assumedHost.ts';

/** A packet in words. */
export interface SaidPacket {
  readonly given: PartialPacket;
  /** of a line that a program wrote: what was made of it */
  readonly notes?: readonly string[];
  /** it is such a line, and no direction is in it */
  readonly isWayUnsaid?: true;
}

/** With a direction wherever it has to have one; a complaint where it is unknown. */
export function withDirection({ host, assumed }: PlacedHost, said: SaidPacket): SaidPacket | Complaint {
  const { given, notes = [], isWayUnsaid } = said;
  const { src, dst } = given;
  if (isWayUnsaid === undefined || src === undefined || dst === undefined) return said;
  const dir = directionBetween(given, host);
  if (dir === undefined) {
    const both = `${formatAddress(src)} and ${formatAddress(dst)}`;
    const whose = assumed === undefined ? 'neither is an address of this host' : 'neither is known to be the address of the pod';
    return {
      message: `the line does not say whether the packet arrives or is sent: of ${both}, ${whose}`,
      help: `put \`in\` or \`out\` before it${assumed === undefined ? '' : ', or give --pod-ip ADDRESS'}; \`tcpdump -i any\` writes In and Out`,
    };
  }
  const own = formatAddress(dir === 'in' ? dst : src);
  const way = dir === 'in' ? `${own} is the pod's address, so the packet arrives (in)` : `it comes from ${own}, the pod's address (out)`;
  return {
    given: { ...given, dir },
    notes: [
      `no direction in the line: ${assumed === undefined ? way.replace("the pod's address", 'an address of this host') : way}`,
      ...notes,
    ],
  };
}
