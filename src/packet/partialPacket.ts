import type { Packet } from './packet.ts';

/** A packet as far as it is described. */
export type PartialPacket = Partial<Omit<Packet, 'family' | 'quotes'>>;
