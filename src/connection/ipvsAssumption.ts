/** IPVS (kube-proxy's mode `ipvs`) takes packets between INPUT and POSTROUTING, which is out of sight: said where the host shows it.
 *  kernel net/netfilter/ipvs/ip_vs_core.c ip_vs_ops4 */
import type { Host } from '../host/host.ts';
import type { Assumption } from '../mesh/assumption.ts';
import type { Packet } from '../packet/packet.ts';

/** The interface on which kube-proxy keeps the addresses of services. */
const SERVICES = 'kube-ipvs0';
/** It is there as soon as the module is. */
const SYSCTL = 'net.ipv4.vs.conntrack';

export function ipvsAssumptions({ interfaces, sysctls }: Host): readonly Assumption[] {
  const sign = interfaces.some(({ name }) => name === SERVICES) ? SERVICES : sysctls.has(SYSCTL) ? SYSCTL : undefined;
  if (sign === undefined) return [];
  const says = `IPVS, of which ${sign} is a sign, takes no packet: what it passes on between INPUT and POSTROUTING is out of sight`;
  return [{ about: 'host', says, options: [] }];
}

/** Of one packet: the addresses of services are known where the interface is. */
export function ipvsAssumption(host: Host, { dst }: Packet): readonly Assumption[] {
  const services = host.interfaces.find(({ name }) => name === SERVICES);
  return services === undefined || services.addresses.some(({ address }) => address === dst) ? ipvsAssumptions(host) : [];
}
