/** Whether a process can take an address as its source.
 *  kernel net/ipv4/af_inet.c inet_addr_valid_or_nonlocal(), net/ipv6/af_inet6.c __inet6_bind(): IPv6 wants it on an interface */
import type { Address } from '../packet/address.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import { addrType } from './addrType.ts';
import type { Host } from './host.ts';

/** Of an ordinary socket: without IP_TRANSPARENT and IP_FREEBIND. */
export function canBind(host: Host, address: Address): boolean {
  const { interfaces, sysctls } = host;
  const family = typeof address === 'number' ? 4 : 6;
  if ((sysctls.get(`net.ipv${family}.ip_nonlocal_bind`) ?? '0') !== '0') return true;
  if (typeof address === 'number') return ADDR_TYPES[addrType(host, address)] === 'LOCAL';
  return interfaces.some(({ addresses }) => addresses.some((own) => own.address === address));
}
