/** The addresses that a running pod's status names. */
import { parsePodAddress, podIpComplaint } from '../../host/podAddress.ts';
import type { Pod } from '../../kubernetes/manifest/pod.ts';
import type { Prefix } from '../../packet/address.ts';

/** At most one of each family; empty where nobody has run the pod. */
export function podAddresses({ addresses }: Pod): readonly Prefix[] {
  return podIpComplaint(addresses, false) === undefined ? addresses.flatMap((text) => parsePodAddress(text) ?? []) : [];
}
