/** The packet as a leg leaves it, as JSON. */
import { formatAddress } from '../../packet/address.ts';
import { protocolName } from '../../packet/notation.ts';
import type { After } from '../../simulate/trace.ts';

export interface TraceAfter {
  readonly src: string;
  readonly sport?: number;
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

export function toAfter(after: After, proto: number): TraceAfter {
  const { src, dst, sport, dport, iif, oif, mark, connmark, ctstate, ctzone } = after;
  return {
    src: formatAddress(src),
    ...(sport !== undefined && { sport }),
    dst: formatAddress(dst),
    ...(dport !== undefined && { dport }),
    proto: protocolName(proto),
    ...(oif !== undefined && { oif }),
    ...(iif !== undefined && { iif }),
    mark,
    connmark,
    ...(ctstate !== undefined && { ctstate }),
    ctzone,
  };
}
