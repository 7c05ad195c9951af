/** The route type of an address.
 *  kernel net/ipv4/fib_frontend.c __inet_dev_addr_type() (looks at the table `local` only), net/netfilter/xt_addrtype.c match_lookup_rt6() */
import type { Address } from '../packet/address.ts';
import type { AddrType } from '../packet/fields.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import { longestMatch } from './fib.ts';
import type { Host, Route } from './host.ts';
import { isMulticast6 } from './sourceAddress.ts';

const INDEX = new Map<AddrType, number>(ADDR_TYPES.map((name, index) => [name, index]));

/** An index into ADDR_TYPES. With `dev`, an address of another interface is not LOCAL. */
export function addrType(host: Host, address: Address, dev?: string): number {
  return INDEX.get(typeof address === 'number' ? type4(host, address, dev) : type6(host, address, dev)) as number;
}

function type4(host: Host, address: number, dev: string | undefined): AddrType {
  if (address >>> 24 === 0 || address === 0xffff_ffff) return 'BROADCAST';
  if (address >>> 28 === 0xe) return 'MULTICAST';
  const local = bestLocal(host, address);
  if (local === undefined || (dev !== undefined && local.dev !== dev)) return 'UNICAST';
  return local.type === 'broadcast' ? 'BROADCAST' : 'LOCAL';
}

function type6(host: Host, address: bigint, dev: string | undefined): AddrType {
  if (isMulticast6(address)) return 'MULTICAST';
  if (address === 0n) return 'UNSPEC';
  const local = bestLocal(host, address);
  return local === undefined || (dev !== undefined && local.dev !== dev) ? 'UNICAST' : 'LOCAL';
}

function bestLocal(host: Host, address: Address): Route | undefined {
  return longestMatch(host, { table: 'local', address });
}
