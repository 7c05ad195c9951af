/** Whether a process can take an address as its source.
 *  kernel net/ipv4/af_inet.c inet_addr_valid_or_nonlocal(), net/ipv6/af_inet6.c __inet6_bind(): IPv6 wants it on an interface */
import { type Address, type Family, familyOf } from '../packet/address.ts';
import { ADDR_TYPES } from '../packet/fields.ts';
import type { Packet } from '../packet/packet.ts';
import { addrType } from './addrType.ts';
import type { Host, Process } from './host.ts';

/** Of an ordinary socket: without IP_TRANSPARENT and IP_FREEBIND. */
export function canBind(host: Host, address: Address): boolean {
  const { interfaces, sysctls } = host;
  const family = typeof address === 'number' ? 4 : 6;
  if ((sysctls.get(`net.ipv${family}.ip_nonlocal_bind`) ?? '0') !== '0') return true;
  if (typeof address === 'number') return ADDR_TYPES[addrType(host, address)] === 'LOCAL';
  return interfaces.some(({ addresses }) => addresses.some((own) => own.address === address));
}

/** Whose sockets have IP_TRANSPARENT, by user and group; `any`: one of these processes is of no known user. */
export function transparentOwners({ listeners, processes }: Host): 'any' | readonly Process[] {
  const names = new Set(
    listeners.flatMap(({ transparent, process, sends }) => (transparent || sends?.source === 'client' ? [process] : [])),
  );
  for (const [name, { transparent }] of processes) if (transparent === true) names.add(name);
  const owners = [...names].map((name) => processes.get(name));
  return owners.every((one) => one !== undefined) ? owners : 'any';
}

/** IPv6 sends from any address that a socket was allowed to take; IPv4 looks again, and the socket has to be transparent.
 *  kernel net/ipv4/route.c ip_route_output_key_hash_rcu() */
export function sendsFromAny({ sysctls }: Host, family: Family): boolean {
  return family === 6 && (sysctls.get('net.ipv6.ip_nonlocal_bind') ?? '0') !== '0';
}

export type SentHeader = Pick<Packet, 'src' | 'socket' | 'uid' | 'gid'>;

/** A socket here can have sent this, and hears an answer. docs/facts/kernel.md#sources */
export function isOwnSource(host: Host, { src, socket, uid, gid }: SentHeader): boolean {
  if (ADDR_TYPES[addrType(host, src)] === 'LOCAL' || sendsFromAny(host, familyOf(src))) return true;
  const owners = transparentOwners(host);
  return socket && (owners === 'any' || owners.some((one) => one.uid === uid && one.gid === gid));
}
