/** What Multus wrote on a running pod: interfaces with their networks and addresses.
 *  source: Kubernetes Network Custom Resource Definition De-facto Standard, section 5 (k8s.v1.cni.cncf.io/network-status) */
import { parseAddress } from '../../packet/address.ts';

export interface NetworkStatus {
  /** `media/macvlan-conf` */
  readonly name: string;
  /** absent: it made none, as istio-cni */
  readonly interface?: string;
  readonly ips: readonly string[];
  /** the cluster's own network, eth0 */
  readonly isDefault: boolean;
  /** of the default route, where it leads through this interface */
  readonly gateways: readonly string[];
}

const STATUS = ['k8s.v1.cni.cncf.io/network-status', 'k8s.v1.cni.cncf.io/networks-status'];

/** Empty where there is none, or it is not JSON. `annotations`: of the pod. */
export function networkStatusOf(annotations: ReadonlyMap<string, { readonly value: string }>): readonly NetworkStatus[] {
  const text = STATUS.flatMap((name) => annotations.get(name)?.value ?? [])[0];
  return recordsOf(text).map(({ name, interface: face, ips, default: isDefault, gateway }) => ({
    name: typeof name === 'string' ? name : '',
    ...(typeof face === 'string' && face !== '' && { interface: face }),
    ips: addressesOf(ips),
    isDefault: isDefault === true,
    gateways: addressesOf(gateway),
  }));
}

function recordsOf(text: string | undefined): readonly Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    return list.flatMap((one) => (typeof one === 'object' && one !== null && !Array.isArray(one) ? [one as Record<string, unknown>] : []));
  } catch {
    return [];
  }
}

function addressesOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.flatMap((one) => (typeof one === 'string' && parseAddress(one) !== undefined ? [one] : []));
}
