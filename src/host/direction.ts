/** The way of a packet of which only the addresses are given. */

import { ADDR_TYPES } from '../packet/fields.ts';
import type { PartialPacket } from '../packet/partialPacket.ts';
import { addrType } from './addrType.ts';
import type { Host } from './host.ts';

/** Sent from an address of the host, or arriving for one from elsewhere; undefined: neither address is the host's, or there is
 *  no source. What has an owner or a way out is not asked: it is sent. */
export function directionBetween({ src, dst }: PartialPacket, host: Host): 'in' | 'out' | undefined {
  const kindOf = (address: typeof src): string | undefined => (address === undefined ? undefined : ADDR_TYPES[addrType(host, address)]);
  if (src === undefined) return undefined;
  if (kindOf(src) === 'LOCAL') return 'out';
  return kindOf(dst) === 'LOCAL' ? 'in' : undefined;
}
