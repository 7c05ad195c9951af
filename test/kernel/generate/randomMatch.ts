/** Random matches as option text, each with where the kernel lets it stand. Matches of chance agree when one of the simulator's ways is the kernel's. */
import type { HookName, TableName } from '../../../src/netfilter/hooks.ts';
import type { Family } from '../../../src/packet/address.ts';
import { ADDRESSES, ID_RANGES, INTERFACES, MARKS, MASKS, PORT_RANGES, PORTS } from './pools.ts';
import type { Random } from './random.ts';

export interface Place {
  readonly family: Family;
  readonly table: TableName;
  /** in a chain of the user's, where iptables does not refuse -i and -o of hooks that have none */
  readonly user: boolean;
  /** hooks from which the rule's chain is reached */
  readonly hooks: readonly HookName[];
  /** protocol that the rule names with -p, if any */
  readonly proto: string | undefined;
}

type Match = (random: Random, place: Place) => string;

const not = ({ chance }: Random): string => (chance(0.25) ? '! ' : '');
const hex = (value: number): string => `0x${value.toString(16)}`;
const maybeMask = ({ chance, pick }: Random): string => (chance(0.5) ? '' : `/${hex(pick(MASKS))}`);
const within =
  (...hooks: readonly HookName[]) =>
  (place: Place) =>
    place.hooks.every((hook) => hooks.includes(hook));
const anywhere = (): boolean => true;
/** In raw, rules after a CT rule see its template in place of a connection: only its state is modelled. */
const tracked = ({ table }: Place): boolean => table !== 'raw';
const trackedPorts = (place: Place): boolean => tracked(place) && withPorts(place);
const withPorts = ({ proto }: Place): boolean => proto === 'tcp' || proto === 'udp';

/** Weight, where it may stand, and the text. */
const MATCHES: readonly (readonly [number, (place: Place) => boolean, Match])[] = [
  [10, within('OUTPUT', 'POSTROUTING'), (r) => `-m owner ${not(r)}--uid-owner ${r.pick(ID_RANGES)}`],
  [6, within('OUTPUT', 'POSTROUTING'), (r) => `-m owner ${not(r)}--gid-owner ${r.pick(ID_RANGES)}`],
  [3, within('OUTPUT', 'POSTROUTING'), (r) => `-m owner ${not(r)}--socket-exists`],
  [8, anywhere, (r) => `-m mark ${not(r)}--mark ${hex(r.pick(MARKS))}${maybeMask(r)}`],
  [5, tracked, (r) => `-m connmark ${not(r)}--mark ${hex(r.pick(MARKS))}${maybeMask(r)}`],
  [8, anywhere, (r) => `-m conntrack ${not(r)}--ctstate ${states(r)}`],
  [3, anywhere, (r) => `-m state ${not(r)}--state ${r.pick(['NEW', 'INVALID', 'NEW,ESTABLISHED', 'UNTRACKED', 'RELATED,ESTABLISHED'])}`],
  [2, tracked, (r) => `-m conntrack --ctdir ${r.pick(['ORIGINAL', 'REPLY'])}`],
  [
    3,
    tracked,
    (r) => `-m conntrack ${not(r)}--ctstatus ${r.pick(['NONE', 'CONFIRMED', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'NONE,CONFIRMED'])}`,
  ],
  [2, tracked, (r, { family }) => `-m conntrack ${not(r)}--ctorigdst ${r.pick(ADDRESSES[family].prefixes)}`],
  [2, tracked, (r, { family }) => `-m conntrack ${not(r)}--ctreplsrc ${r.pick(ADDRESSES[family].prefixes)}`],
  [2, tracked, (r, { family }) => `-m conntrack ${not(r)}--ctorigsrc ${r.pick(ADDRESSES[family].prefixes)}`],
  [2, tracked, (r, { family }) => `-m conntrack ${not(r)}--ctrepldst ${r.pick(ADDRESSES[family].prefixes)}`],
  [1, trackedPorts, (r) => `-m conntrack ${not(r)}--${r.pick(['ctorigsrcport', 'ctreplsrcport', 'ctrepldstport'])} ${r.pick(CT_PORTS)}`],
  [2, tracked, (r) => `-m conntrack ${not(r)}--ctorigdstport ${r.pick(CT_PORTS)}`],
  [1, tracked, (r) => `-m conntrack ${not(r)}--ctproto ${r.pick([6, 17, 1, 58])}`],
  [10, withPorts, (r, { proto }) => `-m ${proto} ${not(r)}--dport ${portText(r)}`],
  [4, withPorts, (r, { proto }) => `-m ${proto} ${not(r)}--sport ${portText(r)}`],
  [6, withPorts, (r) => `-m multiport ${not(r)}--${r.pick(['dports', 'dports', 'sports', 'ports'])} ${portList(r)}`],
  [6, ({ proto }) => proto === 'tcp', (r) => `-m tcp ${not(r)}--tcp-flags ${r.pick(FLAG_PAIRS)}`],
  [3, ({ proto }) => proto === 'tcp', (r) => `-m tcp ${not(r)}--syn`],
  [
    8,
    ({ proto }) => proto === 'icmp',
    (r) => `-m icmp ${not(r)}--icmp-type ${r.pick(['8', '0', '3', '3/4', '8/1', '255', 'any', 'echo-request'])}`,
  ],
  [
    8,
    ({ proto }) => proto === 'ipv6-icmp',
    (r) => `-m icmp6 ${not(r)}--icmpv6-type ${r.pick(['128', '129', '135', '1/4', '128/1', 'echo-request'])}`,
  ],
  [60, ({ proto }) => proto === 'esp', (r) => `-m esp ${not(r)}--espspi ${r.pick(['256', '0:255', '1000:4294967295', '0:4294967295'])}`],
  [60, ({ proto }) => proto === 'ah', (r) => `-m ah ${not(r)}--ahspi ${r.pick(['256', '0:255', '1000:4294967295'])}`],
  [2, anywhere, (r) => `-m comment --comment ${r.pick(['plain', '"two words"', '"-j DROP"'])}`],
  [4, anywhere, (r, { family }) => `-m addrtype ${not(r)}--${r.pick(['src', 'dst'])}-type ${r.pick(ADDRESS_TYPES[family])}`],
  [1, within('PREROUTING', 'INPUT', 'FORWARD'), (r) => `-m addrtype ${not(r)}--${r.pick(['src', 'dst'])}-type LOCAL --limit-iface-in`],
  [1, within('FORWARD', 'OUTPUT', 'POSTROUTING'), (r) => `-m addrtype ${not(r)}--${r.pick(['src', 'dst'])}-type LOCAL --limit-iface-out`],
  [4, anywhere, (r, { family }) => `-m iprange ${not(r)}--${r.pick(['src', 'dst'])}-range ${r.pick(RANGES[family])}`],
  [3, within('PREROUTING', 'INPUT'), (r) => `-m socket${r.pick(['', ' --transparent', ' --nowildcard', ' --transparent --nowildcard'])}`],
  [1, within('PREROUTING', 'INPUT', 'FORWARD'), (r) => `-m mac ${not(r)}--mac-source 02:00:00:00:00:01`],
  [3, anywhere, (r) => `-m length ${not(r)}--length ${r.pick(['60', '0:60', '61:1500', '64'])}`],
  [2, anywhere, (r, { family }) => ttlText(r, family)],
  [2, anywhere, (r) => `-m tos ${not(r)}--tos ${r.pick(['0', '0x10', '0x10/0x3f', '0/0', 'Minimize-Delay'])}`],
  [2, anywhere, (r) => `-m dscp ${not(r)}--dscp${r.pick([' 0', ' 4', '-class EF', '-class AF11'])}`],
  [1, anywhere, (r) => `-m ecn ${not(r)}--ecn-ip-ect ${r.pick([0, 1, 2, 3])}`],
  [1, ({ proto }) => proto === 'tcp', (r) => `-m ecn ${not(r)}--ecn-tcp-${r.pick(['ece', 'cwr'])}`],
  [1, anywhere, (r) => `-m pkttype ${not(r)}--pkt-type ${r.pick(['unicast', 'multicast', 'broadcast'])}`],
  [1, within('PREROUTING', 'INPUT', 'FORWARD'), (r) => `-m policy --dir in --pol ${r.pick(['none', 'ipsec'])}`],
  [1, within('FORWARD', 'OUTPUT', 'POSTROUTING'), (r) => `-m policy --dir out --pol ${r.pick(['none', 'ipsec'])}`],
  [
    3,
    (place) => (place.table === 'raw' || place.table === 'mangle') && within('PREROUTING')(place),
    (r) => ['-m rpfilter', ...r.some(['--loose', '--validmark', '--accept-local', '--invert'], 0.4)].join(' '),
  ],
  [1, within('PREROUTING', 'INPUT', 'FORWARD'), (r) => `-m devgroup ${not(r)}--src-group ${r.pick(GROUPS)}`],
  [1, within('FORWARD', 'OUTPUT', 'POSTROUTING'), (r) => `-m devgroup ${not(r)}--dst-group ${r.pick(GROUPS)}`],
  [2, anywhere, timeText],
  [1, anywhere, (r) => `-m helper ${not(r)}--helper ftp`],
  [1, anywhere, (r) => `-m connlabel ${not(r)}--label 5`],
  [1, anywhere, (r) => `-m recent ${not(r)}--set --name R`],
  [
    1,
    within('PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'),
    (r) => `-m physdev ${not(r)}--physdev-${r.pick(['is-in', 'in eth0', 'is-bridged', 'is-out'])}`,
  ],
  [
    1,
    (place) => place.family === 4 && within('INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING')(place),
    (r) => `-m realm ${not(r)}--realm ${r.pick(['0', '5', '0/0'])}`,
  ],
  [2, ({ family }) => family === 6, (r) => r.pick(['-m frag', '-m frag --fragfirst', '-m hbh', '-m rt', '-m dst', '-m srh', '-m ah'])],
  [
    2,
    ({ family }) => family === 6,
    (r) => `-m ipv6header ${not(r)}--header ${r.pick(['prot', 'frag,prot', 'esp', 'hop'])}${r.pick(['', ' --soft'])}`,
  ],
  [3, anywhere, (r, { family }) => `-m set ${not(r)}--match-set ${r.pick(SETS[family])}`],
  [1, anywhere, (r) => `-m statistic --mode ${r.pick(['random --probability 0.5', 'nth --every 2 --packet 0'])}`],
  [1, anywhere, () => '-m limit --limit 10/second --limit-burst 3'],
];

const ADDRESS_TYPES: Readonly<Record<Family, readonly string[]>> = {
  4: ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST', 'UNSPEC', 'BLACKHOLE', 'LOCAL,MULTICAST'],
  6: ['LOCAL', 'UNICAST', 'MULTICAST', 'UNSPEC', 'ANYCAST', 'UNREACHABLE', 'LOCAL,MULTICAST'],
};
/** Sets of the random hosts, with the directions that their types ask for. */
const SETS: Readonly<Record<Family, readonly string[]>> = {
  4: ['addresses4 src', 'addresses4 dst', 'networks4 dst', 'ends4 dst,dst', 'ends4 src,src'],
  6: ['addresses6 src', 'addresses6 dst', 'networks6 dst', 'ends6 dst,dst'],
};
const GROUPS = ['0x0', '0x1', '0x5', '0x1/0x3', '0x4/0x4'] as const;
const CT_PORTS = ['53', '80', '0:1023', '15000:15020', '40000'] as const;
const FLAG_PAIRS = [
  'FIN,SYN,RST,ACK SYN',
  'SYN,RST SYN',
  'ALL NONE',
  'ALL SYN',
  'SYN,ACK SYN,ACK',
  'RST RST',
  'FIN,PSH,URG FIN,PSH,URG',
  'ACK ACK',
] as const;
const RANGES: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.0.0.9-10.0.0.10', '10.0.0.0-10.244.0.5', '127.0.0.1-127.0.0.6', '10.244.0.6-10.244.0.255', '8.8.8.8'],
  6: ['2001:db8::9-2001:db8::a', 'fd00::-fd00:10:244::5', '::1-::6', 'fd00:10:244::6-fd00:10:244::ff'],
};

export function randomMatches(random: Random, place: Place): readonly string[] {
  const count = random.weighted([
    [45, 0],
    [40, 1],
    [12, 2],
    [3, 3],
  ]);
  const possible = MATCHES.filter(([, stands]) => stands(place)).map(([weight, , match]) => [weight, match] as const);
  return Array.from({ length: count }, () => random.weighted(possible)(random, place)).reduce<readonly string[]>(
    (clauses, clause) => joined(random, clauses, clause),
    [],
  );
}

/** A second clause of a kind stands apart or adds its options to the first; an option is not repeated within a clause. */
function joined({ chance }: Random, clauses: readonly string[], clause: string): readonly string[] {
  const [, kind = '', options = ''] = /^-m (\S+) ?(.*)$/.exec(clause) ?? [];
  const named = (options.match(/--\S+/g) ?? []).map((option) => option.replace('--syn', '--tcp-flags').replace(/(--limit-iface)-.*/, '$1'));
  const at = clauses.findIndex((one) => one.startsWith(`-m ${kind} `));
  if (at < 0) return [...clauses, clause];
  if (!MERGING.has(kind)) return clauses;
  if (chance(0.5) || named.some((option) => clauses[at]?.replace('--syn', '--tcp-flags').includes(option)))
    return APART.has(kind) ? [...clauses, clause] : clauses;
  return clauses.map((one, index) => (index === at ? `${one} ${options}` : one));
}

/** Matches whose options can be combined, and those of which a rule may have several. */
const MERGING: ReadonlySet<string> = new Set(['owner', 'conntrack', 'tcp', 'udp', 'iprange', 'addrtype']);
const APART: ReadonlySet<string> = new Set(['owner', 'conntrack', 'iprange', 'addrtype']);

/** -p, -s, -d, -i, -o, -f. */
export function randomHead(random: Random, place: Place): readonly string[] {
  const { chance, pick } = random;
  const { family, hooks, proto, user } = place;
  const { prefixes } = ADDRESSES[family];
  const device = (): string => `${not(random)}-x ${chance(0.85) ? pick(INTERFACES) : pick(['eth+', 'e+', 'ne+', 'eth1'])}`;
  return [
    ...(chance(0.2) ? [`${not(random)}-s ${pick(prefixes)}`] : []),
    ...(chance(0.3) ? [`${not(random)}-d ${pick(prefixes)}`] : []),
    ...(chance(0.2) && (user || within('PREROUTING', 'INPUT', 'FORWARD')(place)) ? [device().replace('-x', '-i')] : []),
    ...(chance(0.2) && (user || within('FORWARD', 'OUTPUT', 'POSTROUTING')(place)) ? [device().replace('-x', '-o')] : []),
    ...(proto !== undefined ? [`-p ${proto}`] : chance(0.1) ? [`! -p ${pick(['tcp', 'udp', family === 4 ? 'icmp' : 'ipv6-icmp'])}`] : []),
    ...(family === 4 && proto === undefined && chance(0.02) && hooks.length > 0 ? [`${not(random)}-f`] : []),
  ];
}

/** Hours far from each other, so that hardly a run meets one of them. */
function timeText({ chance, pick, some }: Random): string {
  const hours = ['00:00:00', '01:30:00', '06:00:00', '12:00:00', '17:45:00', '23:59:59'];
  const options = some(
    [
      `--timestart ${pick(hours)} --timestop ${pick(hours)}`,
      `${chance(0.3) ? '! ' : ''}--weekdays ${pick(['Mon,Wed,Fri', 'Sat,Sun', '1,2,3,4,5', 'Sat'])}`,
      `${chance(0.3) ? '! ' : ''}--monthdays ${pick(['1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', '20,21,22,23', '31'])}`,
      `--datestart ${pick(['2020-01-01', '2037-01-01'])}`,
      `--datestop ${pick(['2021-01-01', '2037-06-01T12:00:00'])}`,
    ],
    0.4,
  );
  return ['-m time', ...(options.length > 0 ? options : ['--datestart 2000-01-01'])].join(' ');
}

function states({ some, pick }: Random): string {
  const chosen = some(['NEW', 'INVALID', 'ESTABLISHED', 'RELATED', 'UNTRACKED', 'SNAT', 'DNAT'], 0.3);
  return chosen.length > 0 ? chosen.join(',') : pick(['NEW', 'INVALID']);
}

function portText({ chance, pick }: Random): string {
  return chance(0.7) ? String(pick(PORTS)) : pick(PORT_RANGES);
}

function portList({ some, pick }: Random): string {
  const chosen = [...some(PORTS, 0.15).map(String), ...some(['1:1023', '15000:15020'], 0.2)];
  return chosen.length > 0 ? chosen.join(',') : String(pick(PORTS));
}

function ttlText(random: Random, family: Family): string {
  const name = family === 4 ? 'ttl' : 'hl';
  const value = random.pick([1, 63, 64]);
  return random.chance(0.5)
    ? `-m ${name} ${not(random)}--${name}-eq ${value}`
    : `-m ${name} --${name}-${random.pick(['lt', 'gt'])} ${value}`;
}
