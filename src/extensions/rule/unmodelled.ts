/** Extensions that chainwalk accepts and prints back without claiming their meaning: what little is known of them.
 *  man iptables-extensions(8) */

/** Targets of iptables 1.8.9, xtables-addons and OpenWrt that are not in the registry. In text that no kernel has printed, any other
 *  name is a chain or a mistake. */
const TARGETS: ReadonlySet<string> = new Set([
  ...['ACCOUNT', 'CHAOS', 'DELUDE', 'DHCPMAC', 'DNETMAP', 'ECHO', 'IPMARK', 'LOGMARK', 'PROTO', 'SYSRQ', 'TARPIT', 'SNAT6', 'DNAT6'],
  ...['FLOWOFFLOAD', 'FULLCONENAT', 'IMQ', 'ROUTE', 'MIRROR', 'NDPI', 'NETFLOW', 'NAT46'],
]);

/** Matches of iptables 1.8.9, xtables-addons, OpenWrt and Android that are not in the registry. */
const MATCHES: ReadonlySet<string> = new Set([
  'ipvs',
  ...[
    'asn',
    'condition',
    'dhcpmac',
    'fuzzy',
    'geoip',
    'gradm',
    'iface',
    'ipp2p',
    'ipv4options',
    'length2',
    'lscan',
    'pknock',
    'psd',
    'quota2',
    'layer7',
    'ndpi',
    'qtaguid',
    'webmon',
    'weburl',
  ],
]);

export function isKnownMatch(name: string): boolean {
  return MATCHES.has(name);
}

export function isKnownTarget(name: string): boolean {
  return TARGETS.has(name);
}
