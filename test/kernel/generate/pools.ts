/** What random packets are made of. */
import type { AddressPool } from '../../../src/arbitraries/pools.ts';

export interface PacketPools {
  readonly addresses: AddressPool;
  readonly ports: readonly number[];
  readonly ids: readonly number[];
  readonly marks: readonly number[];
  /** interfaces on which packets arrive, and the source MAC address that such packets have */
  readonly interfaces: readonly { readonly name: string; readonly mac?: number }[];
}

export const INDICES = [0, 255, 256, 1000, 0xffff_ffff] as const;
export const TTLS = [0, 1, 2, 63, 64, 255] as const;
export const TOS = [0, 0x10, 0x2e << 2, 0xff, 3] as const;
export const LENGTHS = [60, 61, 64, 100, 1280, 1500] as const;
export const TCP_FLAG_BYTES = [0x02, 0x10, 0x12, 0x18, 0x04, 0x14, 0x11, 0x01, 0x00, 0x29, 0x22, 0x3f, 0x42, 0xc2, 0x82, 0xff] as const;
