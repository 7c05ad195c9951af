/** What `iptables -L -n -v` does not show of what iptables-save writes. docs/input.md has the table. */

export interface Hidden {
  readonly what: string;
  /** the saved rule as it is read from the listing */
  readonly read: (saved: string) => string;
}

export const HIDDEN: readonly Hidden[] = [
  {
    what: 'the name of -m hashlimit',
    read: (rule) => rule.replace(/--hashlimit-name (?:"[^"]*"|.+?)(?= --?[a-z]|$)/g, '--hashlimit-name not-shown'),
  },
  { what: 'the `!` of -m quota', read: (rule) => rule.replace(/-m quota ! /g, '-m quota ') },
  { what: '--ttl and --log of -m osf', read: (rule) => rule.replace(/(-m osf .*?--genre .*?)(?: --(?:ttl|log) \d)+/g, '$1') },
  { what: '-m eui64, with iptables-nft', read: (rule) => rule.replace(/ -m eui64(?= |$)/g, '') },
  { what: '-j NOTRACK: it is -j CT --notrack', read: (rule) => rule.replace(/-j NOTRACK$/, '-j CT --notrack') },
  { what: '--nflog-range, which has no effect', read: (rule) => rule.replace(/ --nflog-range \d+/, '') },
  {
    what: 'a range of all ports of -m dccp and -m sctp',
    read: (rule) =>
      rule.replace(
        /(-m (?:dccp|sctp)(?: ! --dport \S+)?)((?: --[sd]port \S+)*)/g,
        (_, head: string, ports: string) => head + ports.replace(/ --[sd]port 0:65535/g, ''),
      ),
  },
  { what: 'that two -m owner are two', read: (rule) => rule.replace(/(-m owner [^-]*--uid-owner \S+) -m owner (?=(?:! )?--gid)/g, '$1 ') },
];

export interface Unread {
  readonly what: string;
  readonly rule: RegExp;
}

/** What iptables-legacy-save leaves out and the listing shows. */
export function alsoShown(read: string): string {
  return read.replace(/ ! -[io] \+(?= |$)/g, '').replace(/ ! --[sd]port 0:65535(?= |$)/g, '');
}

/** Rules that are not read in full: what depends on them is undecided. */
export const UNREAD: readonly Unread[] = [
  {
    what: 'a name with a blank',
    rule: /-j TEE .*--oif \S+ \S|--genre \S+ \S|--genre $|--physdev-(?:in|out) (?:$|-)|--helper "[^"]*[\s"\\]|--nflog-prefix/,
  },
  {
    what: 'two rates of -m rateest, and a difference',
    rule: /-m rateest (?=.*--rateest1|.*--rateest-(?:bps|pps)\S*.*--rateest-(?:bps|pps))/,
  },
  { what: 'a control group without a path', rule: /-m cgroup (?:! )?--path ""/ },
  { what: 'a rate of -m hashlimit for an interval', rule: /--hashlimit-rate-match/ },
  { what: 'no day and no type at all', rule: /--(?:week|month)days {2}|--dccp-types (?: |$)/ },
];
