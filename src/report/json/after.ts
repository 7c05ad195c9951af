/** The packet as a leg leaves it, as JSON. */
import { formatAddress } from '../../packet/address.ts';
import { protocolName } from '../../packet/notation.ts';
import { pickedSourcePorts, type Walk } from '../../simulate/trace.ts';

export interface TraceAfter {
  readonly src: string;
  readonly sport?: number;
  /** where the kernel picks one of several, `1024-65535`: `sport` stands for all of them */
  readonly sports?: string;
  readonly dst: string;
  readonly dport?: number;
  readonly proto: string;
  readonly oif?: string;
  readonly iif?: string;
  readonly mark: number;
  readonly connmark: number;
  readonly ctstate?: string;
  readonly ctzone: number;
}

export function toAfter(walk: Walk): TraceAfter {
  const { src, dst, sport, dport, iif, oif, mark, connmark, ctstate, ctzone } = walk.after;
  const picked = pickedSourcePorts(walk);
  return {
    src: formatAddress(src),
    ...(sport !== undefined && { sport }),
    ...(picked !== undefined && { sports: `${picked.lo}-${picked.hi}` }),
    dst: formatAddress(dst),
    ...(dport !== undefined && { dport }),
    proto: protocolName(walk.packet.proto),
    ...(oif !== undefined && { oif }),
    ...(iif !== undefined && { iif }),
    mark,
    connmark,
    ...(ctstate !== undefined && { ctstate }),
    ctzone,
  };
}
