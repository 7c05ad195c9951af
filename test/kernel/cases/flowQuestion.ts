/** The packets of a flow case, in order, as the simulator and the kernel take them. */
import { hostOf } from '../../support/host.ts';
import { packetOf } from '../../support/packet.ts';
import { parsed } from '../generate/randomPacket.ts';
import type { SentPacket } from '../question.ts';
import type { FlowCase } from './flows.ts';
import { USUAL } from './kernelCase.ts';

export interface FlowQuestion {
  readonly flow: readonly SentPacket[];
  readonly family: 4 | 6;
}

export function questionOfFlow({ host = {}, packets }: FlowCase): FlowQuestion {
  const flow = packets.map(({ packet: text, about }): SentPacket => {
    const packet = packetOf(text, hostOf({ ...USUAL, ...host }));
    return about === undefined ? packet : { ...packet, quotes: { ...about, src: parsed(about.src), dst: parsed(about.dst) } };
  });
  return { flow, family: flow[0]?.family ?? 4 };
}
