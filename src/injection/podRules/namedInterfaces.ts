/** Interfaces that annotations name and no file describes, such as the bridge of Docker or KubeVirt inside a pod: they may be there all the
 *  same, and come with what runs in the pod. source: docs/facts/istio.md#virtual-interfaces */
import { usualGuestAddress } from '../../host/guestInterface.ts';
import { splitList } from '../../istio/settings/settings.ts';
import type { PodSetting } from './podSetting.ts';

export interface NamedInterface {
  readonly name: string;
  /** as it is usual for the name */
  readonly address: string;
  /** guests are behind it: the pod passes their packets on */
  readonly hasGuests: boolean;
  /** `annotation traffic.sidecar.istio.io/kubevirtInterfaces` */
  readonly from: string;
}

const SETTINGS = ['kube-virt-interfaces', 'istio-exclude-interfaces'];

/** Those of the settings that are not among `known`. */
export function namedInterfaces(settings: readonly PodSetting[], known: readonly { readonly name: string }[]): readonly NamedInterface[] {
  const named = settings
    .filter(({ name }) => SETTINGS.includes(name))
    .flatMap(({ name: setting, value, from }) =>
      splitList(value).map((item) => ({ name: item.trim(), from, hasGuests: setting === 'kube-virt-interfaces' })),
    );
  const names = known.map(({ name }) => name);
  return named.flatMap(({ name, ...rest }, index) => {
    if (names.includes(name) || named.findIndex((one) => one.name === name) !== index) return [];
    return [{ name, address: usualGuestAddress(name, index), ...rest }];
  });
}
