/** Sysctls, as `sysctl` and `grep . /proc/sys/...` print them. man sysctl(8) */
import { lineParts } from './lineParts.ts';
import type { HostLine, HostPage } from './page.ts';

/** What answers may depend on: the rest of a thousand lines they do not. `*` is the name of an interface. */
const KEPT: readonly (readonly [path: string, names: string])[] = [
  [
    'net.ipv4',
    'ip_forward ip_early_demux tcp_early_demux ip_nonlocal_bind fwmark_reflect tcp_fwmark_accept icmp_echo_ignore_all ' +
      'icmp_echo_ignore_broadcasts',
  ],
  ['net.ipv4.conf.*', 'forwarding rp_filter route_localnet accept_local src_valid_mark send_redirects ignore_routes_with_linkdown'],
  ['net.ipv6', 'fwmark_reflect ip_nonlocal_bind'],
  ['net.ipv6.icmp', 'echo_ignore_all echo_ignore_multicast'],
  ['net.ipv6.conf.*', 'forwarding force_forwarding disable_ipv6 ignore_routes_with_linkdown'],
  ['net.netfilter', 'nf_conntrack_tcp_loose nf_conntrack_tcp_be_liberal nf_conntrack_helper nf_conntrack_checksum'],
  // it tells that IPVS is there
  ['net.ipv4.vs', 'conntrack'],
  ['net.bridge', 'bridge-nf-call-iptables bridge-nf-call-ip6tables'],
];
const NAMES: ReadonlyMap<string, ReadonlySet<string>> = new Map(KEPT.map(([path, names]) => [path, new Set(names.split(' '))]));

/** Files below /proc/sys that have them, as a shell finds them. */
export const SYSCTL_FILES: readonly string[] = KEPT.flatMap(([path, names]) =>
  names.split(' ').map((name) => `${path.replaceAll('.', '/')}/${name}`),
);

/** False: it is none. */
export function takeSysctlLine(page: HostPage, { text }: HostLine): boolean {
  const found = lineParts('sysctl', text);
  if (found === undefined) return false;
  const key = sysctlName(found.get('sysctlKey') ?? found.get('procKey') ?? '');
  if (!decides(key)) page.unusedSysctls.add(key);
  else page.sysctls.set(key, (found.get('sysctlValue') ?? '').replace(/\s+/g, ' '));
  return true;
}

/** `net/ipv4/conf/eth0.5/rp_filter` and `net.ipv4.conf.eth0/5.rp_filter` are one. */
export function sysctlName(key: string): string {
  return key.replaceAll('/', '.');
}

export function decides(key: string): boolean {
  const dot = key.lastIndexOf('.');
  const path = key.slice(0, dot).replace(/^(net\.ipv[46]\.conf)\..+$/, '$1.*');
  return NAMES.get(path)?.has(key.slice(dot + 1)) === true;
}
