import type { Packet } from './packet.ts';

/** A packet as far as somebody described it. */
export type PartialPacket = Partial<Omit<Packet, 'family' | 'quotes'>>;
