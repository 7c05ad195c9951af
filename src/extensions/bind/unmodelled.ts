/** Extensions that chainwalk accepts and prints back without claiming their meaning: what little is known of them.
 *  man iptables-extensions(8) */

/** Targets of iptables 1.8.9 and xtables-addons that are not in the registry; any other name is a chain or a mistake. */
const TARGETS: ReadonlySet<string> = new Set([
  ...['ACCOUNT', 'CHAOS', 'DELUDE', 'DHCPMAC', 'DNETMAP', 'ECHO', 'IPMARK', 'LOGMARK', 'PROTO', 'SYSRQ', 'TARPIT', 'SNAT6', 'DNAT6'],
]);

/** Matches of iptables 1.8.9 and xtables-addons that are not in the registry. */
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
  ],
]);

export function isKnownMatch(name: string): boolean {
  return MATCHES.has(name);
}

export function isKnownTarget(name: string): boolean {
  return TARGETS.has(name);
}
