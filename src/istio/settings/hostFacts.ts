/** What the machine tells Istio: whether IPv6 is on.
 *  source: istio/istio tools/common/config/config.go getLocalIP */
import { type Address, contains, parsePrefix } from '../../packet/address.ts';
import type { HostFacts } from './settings.ts';

export const NO_FACTS: HostFacts = { nameservers: [], users: {}, sysctls: {} };

/** Loopback, link-local unicast and link-local multicast say nothing. */
const PASSED_OVER = ['127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', '224.0.0.0/24', 'ff02::/16'].flatMap(
  (range) => parsePrefix(range) ?? [],
);

const MAPPED = 0xffffn << 32n;

/** An IPv4 address that is written as IPv6 counts as IPv4. */
function unmapped(address: Address | undefined): Address | undefined {
  return typeof address === 'bigint' && address >> 32n === MAPPED >> 32n ? Number(address - MAPPED) : address;
}

/** The first address decides; with dual stack any IPv6 address does. Undefined: there is no address to go by. */
export function hasIPv6({ ipv6, addresses }: HostFacts, dualStack: boolean): boolean | undefined {
  if (ipv6 !== undefined) return ipv6;
  if (addresses === undefined) return false;
  const routable = addresses.flatMap((text) => {
    const address = unmapped(parsePrefix(text)?.address);
    return address === undefined || PASSED_OVER.some((range) => contains(range, address)) ? [] : [address];
  });
  const deciding = dualStack ? routable : routable.slice(0, 1);
  return routable.length === 0 ? undefined : deciding.some((address) => typeof address === 'bigint');
}
