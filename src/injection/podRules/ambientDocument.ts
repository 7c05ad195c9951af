/** Settings of ambient mode for one pod. source: istio/istio cni/pkg/nodeagent/net.go, cni/pkg/util/podutil.go */

import type { SettingsDocument } from '../../istio/settings/readSettings.ts';
import { has } from '../../istio/settings/version.ts';
import { TRAFFIC_ANNOTATIONS } from '../configuration/annotations.ts';
import { valueAt } from '../configuration/mesh.ts';
import { parseBool } from '../configuration/values.ts';
import { nativeNftables } from '../facts/backend.ts';
import type { Facts } from '../facts/facts.ts';

const DNS = 'ambient.istio.io/dns-capture';
const INGRESS = 'ambient.istio.io/bypass-inbound-capture';

/** A boolean that cannot be read is as if it were not there; names of interfaces are not checked here. */
export function ambientDocument({ pod, mesh, version }: Facts): SettingsDocument {
  const flag = (name: string) => parseBool(pod.annotations.get(name)?.value ?? '');
  const meshDns = valueAt(mesh, 'cni.ambient.dnsCapture', 'ambient.dnsCapture');
  const dns = flag(DNS);
  const virtual = pod.annotations.get(TRAFFIC_ANNOTATIONS.virtualInterfaces.name)?.value ?? '';
  return {
    source: pod.place.source,
    values: {
      mode: 'ambient',
      redirectDNS: meshDns?.value !== 'false',
      dnsProxy: dns === undefined ? 'unset' : dns ? 'enabled' : 'disabled',
      ingressMode: flag(INGRESS) === true,
      virtualInterfaces: virtual.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()])),
      // the agent writes them for every pod; without such an address no packet passes them
      host: {
        ipv6: pod.addresses.some((one) => one.includes(':')) && valueAt(mesh, 'cni.ambient.ipv6', 'ambient.ipv6')?.value !== 'false',
      },
      ...(nativeNftables(mesh, 'plugin')?.value === 'true' && has(version, 'nativeAmbient') ? { nativeNftables: true } : {}),
    },
  };
}
