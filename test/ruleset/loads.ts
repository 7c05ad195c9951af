/** Whole rulesets and what each backend of iptables does with them: where rules stand, what reaches them, how chains are named. */
export interface LoadCase {
  /** a fact in one sentence */
  readonly name: string;
  readonly text: string;
  /** which backends load it; neither: chainwalk must refuse it, one: it must warn */
  readonly loads: 'both' | 'neither' | 'nft' | 'legacy';
}

const filter = (...lines: readonly string[]): string => ['*filter', ...lines, 'COMMIT', ''].join('\n');
const nat = (...lines: readonly string[]): string => ['*nat', ...lines, 'COMMIT', ''].join('\n');

export const LOAD_CASES: readonly LoadCase[] = [
  { name: 'a loop that no hook reaches loads', text: filter('-N A', '-N B', '-A A -j B', '-A B -j A'), loads: 'both' },
  { name: 'a chain that jumps to itself loads while nothing reaches it', text: filter('-N A', '-A A -j A'), loads: 'both' },
  {
    name: 'a loop that a hook reaches is refused',
    text: filter('-N A', '-N B', '-A INPUT -j A', '-A A -j B', '-A B -j A'),
    loads: 'neither',
  },
  { name: 'a loop of gotos is refused', text: filter('-N A', '-A INPUT -g A', '-A A -g A'), loads: 'neither' },
  { name: 'a loop with a condition in it is refused', text: filter('-N A', '-A INPUT -j A', '-A A -p tcp -j A'), loads: 'neither' },
  {
    name: 'iptables-legacy does not look for loops behind an unconditional ACCEPT',
    text: filter('-N A', '-A INPUT -j ACCEPT', '-A INPUT -j A', '-A A -j A'),
    loads: 'legacy',
  },
  {
    name: 'two ways to one chain are no loop',
    text: filter('-N A', '-N B', '-N C', '-A INPUT -j A', '-A INPUT -j B', '-A A -j C', '-A B -j C'),
    loads: 'both',
  },
  { name: 'owner is refused in INPUT', text: filter('-A INPUT -m owner --uid-owner 5'), loads: 'neither' },
  {
    name: 'owner is refused in a chain that INPUT calls',
    text: filter('-N A', '-A INPUT -j A', '-A A -m owner --uid-owner 5'),
    loads: 'neither',
  },
  {
    name: 'owner is refused two calls away from INPUT',
    text: filter('-N A', '-N B', '-A INPUT -j A', '-A A -j B', '-A B -m owner --uid-owner 5'),
    loads: 'neither',
  },
  {
    name: 'owner is refused in a chain that INPUT goes to',
    text: filter('-N A', '-A INPUT -g A', '-A A -m owner --uid-owner 5'),
    loads: 'neither',
  },
  {
    name: 'owner loads in a chain that only OUTPUT calls',
    text: filter('-N A', '-A OUTPUT -j A', '-A A -m owner --uid-owner 5'),
    loads: 'both',
  },
  {
    name: 'owner is refused in a chain that OUTPUT and INPUT call',
    text: filter('-N A', '-A OUTPUT -j A', '-A INPUT -j A', '-A A -m owner --uid-owner 5'),
    loads: 'neither',
  },
  { name: 'owner loads in a chain that nothing calls', text: filter('-N A', '-A A -m owner --uid-owner 5'), loads: 'both' },
  {
    name: 'a rule behind an unconditional ACCEPT counts for iptables-nft only',
    text: filter('-A INPUT -j ACCEPT', '-A INPUT -m owner --uid-owner 5'),
    loads: 'legacy',
  },
  {
    name: 'a call behind an unconditional DROP counts for iptables-nft only',
    text: filter('-N A', '-A INPUT -j DROP', '-A INPUT -j A', '-A A -m owner --uid-owner 5'),
    loads: 'legacy',
  },
  {
    name: 'a rule behind an unconditional RETURN counts for iptables-nft only',
    text: filter('-N A', '-A INPUT -j A', '-A A -j RETURN', '-A A -m owner --uid-owner 5'),
    loads: 'legacy',
  },
  {
    name: 'a rule behind an ACCEPT with a condition counts',
    text: filter('-A INPUT -p tcp -j ACCEPT', '-A INPUT -m owner --uid-owner 5'),
    loads: 'neither',
  },
  {
    name: 'a rule behind an ACCEPT with a comment counts',
    text: filter('-A INPUT -m comment --comment x -j ACCEPT', '-A INPUT -m owner --uid-owner 5'),
    loads: 'neither',
  },
  {
    name: 'a rule behind an unconditional goto counts',
    text: filter('-N A', '-A INPUT -g A', '-A INPUT -m owner --uid-owner 5'),
    loads: 'neither',
  },
  {
    name: 'a rule behind an unconditional REJECT counts',
    text: filter('-A INPUT -j REJECT', '-A INPUT -m owner --uid-owner 5'),
    loads: 'neither',
  },
  {
    name: 'REDIRECT is refused in a chain of table filter that nothing calls',
    text: filter('-N A', '-A A -p tcp -j REDIRECT'),
    loads: 'neither',
  },
  {
    name: 'SNAT is refused in a chain that nat OUTPUT calls',
    text: nat('-N A', '-A OUTPUT -j A', '-A A -j SNAT --to-source 192.0.2.1'),
    loads: 'neither',
  },
  {
    name: 'SNAT loads in a chain that nat INPUT and POSTROUTING call',
    text: nat('-N A', '-A INPUT -j A', '-A POSTROUTING -j A', '-A A -j SNAT --to-source 192.0.2.1'),
    loads: 'both',
  },
  {
    name: 'DNAT is refused in a chain that nat POSTROUTING calls',
    text: nat('-N A', '-A POSTROUTING -j A', '-A A -j DNAT --to-destination 192.0.2.1'),
    loads: 'neither',
  },
  { name: 'DROP is refused in table nat', text: nat('-A OUTPUT -j DROP'), loads: 'neither' },
  { name: 'DROP is refused in a user chain of table nat', text: nat('-N A', '-A A -j DROP'), loads: 'neither' },
  { name: 'a policy of DROP loads in table nat', text: nat(':OUTPUT DROP [0:0]'), loads: 'both' },
  { name: 'a jump to a base chain is refused', text: filter('-A INPUT -j FORWARD'), loads: 'neither' },
  { name: 'a goto to a base chain is refused', text: filter('-N A', '-A A -g INPUT'), loads: 'neither' },
  { name: 'a jump to a chain of another table is refused', text: `${filter('-N A')}${nat('-A OUTPUT -j A')}`, loads: 'neither' },
  {
    name: 'a chain may have the name of a hook that the table lacks',
    text: filter('-N PREROUTING', '-A INPUT -j PREROUTING'),
    loads: 'both',
  },
  { name: 'a chain with the name of a target is refused', text: filter('-N REJECT'), loads: 'neither' },
  { name: 'a chain called ACCEPT is refused', text: filter('-N ACCEPT'), loads: 'neither' },
  { name: 'a chain called LOG is refused', text: filter('-N LOG'), loads: 'neither' },
  { name: 'a chain name of 28 characters loads', text: filter(`-N ${'A'.repeat(28)}`), loads: 'both' },
  { name: 'a chain name of 29 characters is refused', text: filter(`-N ${'A'.repeat(29)}`), loads: 'neither' },
  { name: 'a chain name that starts with a dash is refused', text: filter('-N -A'), loads: 'neither' },
  {
    name: 'a user chain may ask for an interface that is never there',
    text: filter('-N A', '-A OUTPUT -j A', '-A A -i eth0'),
    loads: 'both',
  },
  { name: '-o is refused in INPUT', text: filter('-A INPUT -o eth0'), loads: 'neither' },
  { name: '-i is refused in OUTPUT', text: filter('-A OUTPUT -i eth0'), loads: 'neither' },
  {
    name: 'iptables-nft lets addrtype --limit-iface-out into a chain that INPUT calls',
    text: filter('-N A', '-A INPUT -j A', '-A A -m addrtype --dst-type LOCAL --limit-iface-out'),
    loads: 'nft',
  },
  { name: 'a rule for the other family is passed over', text: filter('-A INPUT -6 -j ACCEPT', '-A INPUT -4 -j DROP'), loads: 'both' },
];

/** Does one rule of this kind turn conntrack on, and with it the whole nat table? */
export const TRACKING: readonly (readonly [table: string, rule: string, tracks: boolean])[] = [
  ['filter', '-j ACCEPT', false],
  ['filter', '-m conntrack --ctstate NEW', true],
  ['filter', '-m state --state NEW', true],
  ['filter', '-m connmark --mark 1', true],
  ['filter', '-m connlimit --connlimit-above 5', true],
  ['filter', '-m connbytes --connbytes 5 --connbytes-mode packets --connbytes-dir both', true],
  ['filter', '-m helper --helper ftp', true],
  ['filter', '-j LOG', false],
  ['filter', '-j REJECT', false],
  ['filter', '-m limit', false],
  ['filter', '-m addrtype --dst-type LOCAL', false],
  ['mangle', '-j CONNMARK --save-mark', true],
  ['mangle', '-j CONNSECMARK --save', true],
  ['mangle', '-p tcp -j TPROXY --on-port 5', false],
  ['mangle', '-m socket', false],
  ['raw', '-j CT --notrack', false],
  ['raw', '-j NOTRACK', false],
  ['raw', '-j CT --zone 1', true],
  ['raw', '-j CT', true],
  ['nat', '-p tcp -j REDIRECT', true],
  ['nat', '-j DNAT --to-destination 192.0.2.1', true],
  ['nat', '-j SNAT --to-source 192.0.2.1', true],
  ['nat', '-j MASQUERADE', true],
  ['nat', '-j NETMAP --to 192.0.2.0/24', true],
];
