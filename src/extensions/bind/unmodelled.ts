/** Extensions that chainwalk accepts and prints back without claiming their meaning: what little is known of them.
 *  man iptables-extensions(8) */

/** Targets of iptables 1.8.9 and xtables-addons that are not in the registry; any other name is a chain or a mistake. */
const TARGETS: ReadonlySet<string> = new Set([
  'QUEUE',
  ...['ACCOUNT', 'CHAOS', 'DELUDE', 'DHCPMAC', 'DNETMAP', 'ECHO', 'IPMARK', 'LOGMARK', 'PROTO', 'SYSRQ', 'TARPIT', 'SNAT6', 'DNAT6'],
]);

/** Matches of iptables 1.8.9 and xtables-addons that are not in the registry. */
const MATCHES: ReadonlySet<string> = new Set([
  ...[
    'ah',
    'bpf',
    'cgroup',
    'cluster',
    'connbytes',
    'connlabel',
    'connlimit',
    'cpu',
    'dccp',
    'devgroup',
    'dscp',
    'dst',
    'ecn',
    'esp',
    'eui64',
  ],
  ...['frag', 'hashlimit', 'hbh', 'helper', 'ipcomp', 'ipv6header', 'ipvs', 'mh', 'nfacct', 'osf', 'physdev', 'pkttype', 'policy', 'quota'],
  ...['rateest', 'realm', 'recent', 'rpfilter', 'rt', 'sctp', 'srh', 'string', 'tcpmss', 'time', 'tos', 'u32'],
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

/** Matches that `-p` loads by itself although they are not modelled. */
export const IMPLICIT_UNMODELLED: ReadonlySet<string> = new Set(['sctp', 'dccp', 'esp', 'ah', 'mh']);

/** kernel: their check functions call nf_ct_netns_get() */
const CONNTRACK: ReadonlySet<string> = new Set([...['connbytes', 'connlabel', 'connlimit', 'cluster', 'helper']]);

export function isKnownMatch(name: string): boolean {
  return MATCHES.has(name);
}

export function isKnownTarget(name: string): boolean {
  return TARGETS.has(name);
}

export function unmodelledNeedsConntrack(name: string): boolean {
  return CONNTRACK.has(name);
}
