/** The addresses that a running pod's status names. */
import type { HostDescription } from '../../host/hostDescription.ts';
import { gatewayOf, POD_INTERFACE, parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import { familyOf, formatAddress, type Prefix } from '../../packet/address.ts';

/** At most one of each family; empty where the pod has not run. */
export function podAddresses({ addresses }: Pick<Pod, 'addresses'>): readonly Prefix[] {
  return podIpComplaint(addresses, false) === undefined ? addresses.flatMap((text) => parsePodAddress(text) ?? []) : [];
}

/** The host of a pod with these addresses in place of the usual ones, and the routes through their gateways. */
export function atAddresses(host: HostDescription, pod: Pick<Pod, 'addresses'>): HostDescription {
  const own = podAddresses(pod);
  if (own.length === 0) return host;
  const texts = own.map(({ address, length }) => `${formatAddress(address)}/${length}`);
  const via = (isSix: boolean) => own.find(({ address }) => (familyOf(address) === 6) === isSix);
  const usual = new RegExp(`^default via (\\S+) dev ${POD_INTERFACE}$`);
  return {
    ...host,
    interfaces: host.interfaces.map((nic) => (nic.name === POD_INTERFACE ? { ...nic, addresses: texts } : nic)),
    routes: (host.routes ?? []).map((route) => {
      const gateway = usual.exec(route)?.[1];
      const prefix = gateway === undefined ? undefined : via(gateway.includes(':'));
      return prefix === undefined ? route : `default via ${formatAddress(gatewayOf(prefix))} dev ${POD_INTERFACE}`;
    }),
  };
}
