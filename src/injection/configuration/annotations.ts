/** The annotations that become arguments of istio-iptables, and what injection and the CNI plugin accept in each.
 *  source: istio/istio injection-template.yaml, pkg/kube/inject/validate.go, cni/pkg/plugin/sidecar_redirect.go */
import type { ValueCheck } from './values.ts';
import { anyText, cidrs, cidrsOrAll, interceptionMode, interfaces, pluginMode, port, ports, portsOrAll } from './values.ts';

export interface TrafficAnnotation {
  readonly name: string;
  /** long flag of istio-iptables; absent: it has none of its own */
  readonly flag?: string;
  /** Helm values that stand in when a pod does not have the annotation */
  readonly values?: string;
  readonly injection: ValueCheck;
  readonly plugin: ValueCheck;
}

const TRAFFIC = 'traffic.sidecar.istio.io';

export const TRAFFIC_ANNOTATIONS = {
  mode: {
    name: 'sidecar.istio.io/interceptionMode',
    flag: 'istio-inbound-interception-mode',
    injection: interceptionMode,
    plugin: pluginMode,
  },
  includeRanges: {
    name: `${TRAFFIC}/includeOutboundIPRanges`,
    flag: 'istio-service-cidr',
    values: 'global.proxy.includeIPRanges',
    injection: cidrsOrAll,
    plugin: cidrsOrAll,
  },
  excludeRanges: {
    name: `${TRAFFIC}/excludeOutboundIPRanges`,
    flag: 'istio-service-exclude-cidr',
    values: 'global.proxy.excludeIPRanges',
    injection: cidrs,
    plugin: cidrs,
  },
  includeInbound: {
    name: `${TRAFFIC}/includeInboundPorts`,
    flag: 'istio-inbound-ports',
    values: 'global.proxy.includeInboundPorts',
    injection: portsOrAll,
    plugin: portsOrAll,
  },
  excludeInbound: {
    name: `${TRAFFIC}/excludeInboundPorts`,
    flag: 'istio-local-exclude-ports',
    values: 'global.proxy.excludeInboundPorts',
    injection: ports,
    plugin: portsOrAll,
  },
  includeOutbound: {
    name: `${TRAFFIC}/includeOutboundPorts`,
    flag: 'istio-outbound-ports',
    values: 'global.proxy.includeOutboundPorts',
    injection: anyText,
    plugin: portsOrAll,
  },
  excludeOutbound: {
    name: `${TRAFFIC}/excludeOutboundPorts`,
    flag: 'istio-local-outbound-ports-exclude',
    values: 'global.proxy.excludeOutboundPorts',
    injection: ports,
    plugin: portsOrAll,
  },
  excludeInterfaces: {
    name: `${TRAFFIC}/excludeInterfaces`,
    flag: 'istio-exclude-interfaces',
    injection: interfaces,
    plugin: interfaces,
  },
  virtualInterfaces: {
    name: 'istio.io/reroute-virtual-interfaces',
    flag: 'kube-virt-interfaces',
    injection: interfaces,
    plugin: interfaces,
  },
  kubevirtInterfaces: {
    name: `${TRAFFIC}/kubevirtInterfaces`,
    flag: 'kube-virt-interfaces',
    injection: interfaces,
    plugin: interfaces,
  },
  statusPort: {
    name: 'status.sidecar.istio.io/port',
    values: 'global.proxy.statusPort',
    injection: port,
    // registered with the plugin and never read
    plugin: anyText,
  },
} as const satisfies Readonly<Record<string, TrafficAnnotation>>;

export const INJECT = 'sidecar.istio.io/inject';
export const STATUS = 'sidecar.istio.io/status';
export const PROXY_CONFIG = 'proxy.istio.io/config';
export const TEMPLATES = 'inject.istio.io/templates';
export const NETWORKS = 'k8s.v1.cni.cncf.io/networks';
