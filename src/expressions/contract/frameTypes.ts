/** Types of Ethernet frames. kernel include/uapi/linux/if_ether.h */
import type { Family } from '../../packet/address.ts';

export const ARP = 0x0806;

/** Of a frame with a tag of a VLAN, behind which another type stands. */
export const TAGGED = 0x8100;

export const FRAME_OF: Readonly<Record<Family, number>> = { 4: 0x0800, 6: 0x86dd };
