/** Settings that both backends of Istio take, of every kind that its own golden files have. */
import type { SettingsObject } from '../../src/api/arbitraries/settings.ts';

export interface BackendPair {
  /** `sidecar tproxy`, `ambient-inpod default-ipv4` */
  readonly name: string;
  readonly settings: SettingsObject;
}

const V6 = { host: { ipv6: true } };
const DNS = { 'redirect-dns': true };
const RESOLVER = { host: { nameservers: ['127.0.0.53'] } };
const OWNERS = { 'proxy-uid': '3,4', 'proxy-gid': '1,2' };
const LISTED = { 'istio-inbound-ports': '4000,5000' };
const WIDE = { ...LISTED, 'istio-local-exclude-ports': '6000,7000', 'kube-virt-interfaces': 'eth0,eth1' };
const NETS_V6 = { 'istio-service-cidr': '2001:db8::/32', 'istio-service-exclude-cidr': '2001:db8::/32' };
const TPROXY = { 'istio-inbound-interception-mode': 'TPROXY' };

const SIDECAR: Readonly<Record<string, SettingsObject>> = {
  empty: {},
  'basic-exclude-nic': { 'istio-exclude-interfaces': 'not-istio-nic' },
  'drop-invalid': { 'drop-invalid': true },
  'dns-uid-gid': { ...DNS, ...OWNERS, host: { ipv6: true, nameservers: ['127.0.0.53', '::127.0.0.53'] } },
  'host-ipv4-loopback-cidr': { ISTIO_OUTBOUND_IPV4_LOOPBACK_CIDR: '127.0.0.1/8' },
  'inbound-ports-empty-tproxy': { ...TPROXY, 'istio-inbound-ports': '' },
  'inbound-ports-include': { 'istio-inbound-ports': '32000,31000' },
  'inbound-ports-tproxy': { ...TPROXY, 'istio-inbound-ports': '32000,31000' },
  'inbound-ports-wildcard': { 'istio-inbound-ports': '*' },
  'inbound-ports-wildcard-tproxy': { ...TPROXY, 'istio-inbound-ports': '*' },
  ipnets: { 'istio-service-cidr': '10.0.0.0/8' },
  'ipnets-with-kube-virt-interfaces': { 'istio-service-cidr': '10.0.0.0/8', 'kube-virt-interfaces': 'eth1,eth2' },
  'ipv6-dns-outbound-owner-groups': { ...DNS, ...V6, ISTIO_OUTBOUND_OWNER_GROUPS: '2001,202' },
  'ipv6-dns-outbound-owner-groups-exclude': { ...DNS, ...V6, ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: '888,2002' },
  'ipv6-dns-uid-gid': { ...DNS, ...V6, ...OWNERS },
  'ipv6-empty-inbound-ports': { ...V6, 'istio-inbound-ports': '' },
  'ipv6-inbound-ports': { ...V6, ...LISTED },
  'ipv6-ipnets': { ...V6, ...WIDE, ...NETS_V6 },
  'ipv6-uid-gid': { ...V6, ...WIDE, ...NETS_V6, ...OWNERS },
  'ipv6-virt-interfaces': { ...V6, ...LISTED, 'kube-virt-interfaces': 'eth0,eth1' },
  'kube-virt-interfaces': { 'istio-service-cidr': '*', 'kube-virt-interfaces': 'eth1,eth2' },
  'loopback-outbound-iprange': { ...DNS, ...OWNERS, ...RESOLVER, 'istio-service-cidr': '127.1.2.3/32' },
  'outbound-owner-groups': { ISTIO_OUTBOUND_OWNER_GROUPS: '2001,202' },
  'outbound-owner-groups-exclude': { ISTIO_OUTBOUND_OWNER_GROUPS_EXCLUDE: '888,2002' },
  'outbound-ports-include': { 'istio-outbound-ports': '32000,31000' },
  'outbound-exclude': {
    'istio-service-cidr': '*',
    'istio-local-outbound-ports-exclude': '15020',
    'istio-inbound-ports': '*',
    'istio-local-exclude-ports': '15090',
  },
  tproxy: {
    ...TPROXY,
    ...DNS,
    'istio-inbound-ports': '*',
    'istio-service-cidr': '9.9.0.0/16',
    'istio-service-exclude-cidr': '1.1.0.0/16',
    'istio-exclude-interfaces': 'not-istio-nic',
    host: { ipv6: true, nameservers: ['127.0.0.53'] },
  },
  'two-uids-dns-all': { ...DNS, ...OWNERS, 'capture-all-dns': true, 'istio-service-cidr': '*' },
};

const VIRTUAL = { virtualInterfaces: ['fake1s0f0', 'fake1s0f1'] };

const IN_POD: Readonly<Record<string, SettingsObject>> = {
  default: { redirectDNS: true },
  dns_pod_disabled_and_on_globally: { redirectDNS: true, dnsProxy: 'disabled' },
  dns_pod_enabled_and_off_globally: { redirectDNS: false, dnsProxy: 'enabled' },
  ingress: { redirectDNS: false, ingressMode: true },
  ingress_and_virtual_interfaces: { redirectDNS: false, ingressMode: true, ...VIRTUAL },
  virtual_interfaces: { redirectDNS: false, ...VIRTUAL },
};

const FAMILIES = [
  ['ipv4', false],
  ['ipv6', true],
] as const;

export const BACKEND_PAIRS: readonly BackendPair[] = [
  ...Object.entries(SIDECAR).map(([name, settings]) => ({ name: `sidecar ${name}`, settings })),
  ...FAMILIES.flatMap(([family, ipv6]) =>
    Object.entries(IN_POD).map(([name, settings]) => ({
      name: `ambient-inpod ${name}-${family}`,
      settings: { mode: 'ambient', ...settings, ...(ipv6 && V6) },
    })),
  ),
  ...FAMILIES.map(([family, ipv6]) => ({
    name: `ambient-host hostprobe-${family}`,
    settings: { mode: 'ambient-host', host: { ipv6, kubeletUid: '1000' } },
  })),
];
