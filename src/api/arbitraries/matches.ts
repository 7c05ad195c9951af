/** Matches as option text, each with where the kernel lets it stand. */
import fc from 'fast-check';
import type { Family } from '../../packet/address.ts';
import { anywhere, choose, ofProto, type RulePlace, tracked, trackedPorts, type WeightedText, within, withPorts } from './place.ts';
import { ADDRESSES, ID_RANGES, MARKS, MASKS, PORT_RANGES, PORTS } from './pools.ts';
import { hexText, notText, perhaps, pick, text, weighted } from './text.ts';

const ports = weighted([
  [7, pick(PORTS)],
  [3, pick(PORT_RANGES)],
]);
const portList = fc
  .tuple(fc.subarray([...PORTS], { minLength: 1, maxLength: 4 }), fc.subarray(['1:1023', '15000:15020'], { maxLength: 1 }))
  .map((lists) => lists.flat().join(','));
const mark = text`${hexText(MARKS)}${perhaps(50, text`/${hexText(MASKS)}`)}`;
const states = fc.subarray(['NEW', 'INVALID', 'ESTABLISHED', 'RELATED', 'UNTRACKED', 'SNAT', 'DNAT'], { minLength: 1 });
const end = pick(['dst', 'src']);
const prefixes = ({ family }: RulePlace) => pick(ADDRESSES[family].prefixes);
const arriving = within('PREROUTING', 'INPUT', 'FORWARD');
const leaving = within('FORWARD', 'OUTPUT', 'POSTROUTING');
const sent = within('OUTPUT', 'POSTROUTING');

const MATCHES: readonly WeightedText[] = [
  [10, withPorts, ({ proto }) => text`-m ${pick([proto ?? ''])} ${notText}--dport ${ports}`],
  [10, sent, () => text`-m owner ${notText}--uid-owner ${pick(ID_RANGES)}`],
  [6, sent, () => text`-m owner ${notText}--gid-owner ${pick(ID_RANGES)}`],
  [3, sent, () => text`-m owner ${notText}--socket-exists`],
  [8, anywhere, () => text`-m mark ${notText}--mark ${mark}`],
  [5, tracked, () => text`-m connmark ${notText}--mark ${mark}`],
  [8, anywhere, () => text`-m conntrack ${notText}--ctstate ${states.map((some) => some.join(','))}`],
  [3, anywhere, () => text`-m state ${notText}--state ${pick(['NEW', 'INVALID', 'NEW,ESTABLISHED', 'UNTRACKED', 'RELATED,ESTABLISHED'])}`],
  [2, tracked, () => text`-m conntrack --ctdir ${pick(['ORIGINAL', 'REPLY'])}`],
  [
    3,
    tracked,
    () => text`-m conntrack ${notText}--ctstatus ${pick(['NONE', 'CONFIRMED', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'NONE,CONFIRMED'])}`,
  ],
  [8, tracked, (place) => text`-m conntrack ${notText}--${pick(['ctorigdst', 'ctreplsrc', 'ctorigsrc', 'ctrepldst'])} ${prefixes(place)}`],
  [1, trackedPorts, () => text`-m conntrack ${notText}--${pick(['ctorigsrcport', 'ctreplsrcport', 'ctrepldstport'])} ${pick(CT_PORTS)}`],
  [2, tracked, () => text`-m conntrack ${notText}--ctorigdstport ${pick(CT_PORTS)}`],
  [1, tracked, () => text`-m conntrack ${notText}--ctproto ${pick([6, 17, 1, 58])}`],
  [4, withPorts, ({ proto }) => text`-m ${pick([proto ?? ''])} ${notText}--sport ${ports}`],
  [6, withPorts, () => text`-m multiport ${notText}--${pick(['dports', 'dports', 'sports', 'ports'])} ${portList}`],
  [6, ofProto('tcp'), () => text`-m tcp ${notText}--tcp-flags ${pick(FLAG_PAIRS)}`],
  [3, ofProto('tcp'), () => text`-m tcp ${notText}--syn`],
  [8, ofProto('icmp'), () => text`-m icmp ${notText}--icmp-type ${pick(['8', '0', '3', '3/4', '8/1', '255', 'any', 'echo-request'])}`],
  [8, ofProto('ipv6-icmp'), () => text`-m icmp6 ${notText}--icmpv6-type ${pick(['128', '129', '135', '1/4', '128/1', 'echo-request'])}`],
  [60, ofProto('esp'), () => text`-m esp ${notText}--espspi ${pick(['256', '0:255', '1000:4294967295', '0:4294967295'])}`],
  [60, ofProto('ah'), () => text`-m ah ${notText}--ahspi ${pick(['256', '0:255', '1000:4294967295'])}`],
  [2, anywhere, () => text`-m comment --comment ${pick(['plain', '"two words"', '"-j DROP"'])}`],
  [4, anywhere, ({ family }) => text`-m addrtype ${notText}--${end}-type ${pick(ADDRESS_TYPES[family])}`],
  [1, arriving, () => text`-m addrtype ${notText}--${end}-type LOCAL --limit-iface-in`],
  [1, leaving, () => text`-m addrtype ${notText}--${end}-type LOCAL --limit-iface-out`],
  [4, anywhere, ({ family }) => text`-m iprange ${notText}--${end}-range ${pick(RANGES[family])}`],
  [3, within('PREROUTING', 'INPUT'), () => text`-m socket${pick(['', ' --transparent', ' --nowildcard', ' --transparent --nowildcard'])}`],
  [1, arriving, () => text`-m mac ${notText}--mac-source 02:00:00:00:00:01`],
  [3, anywhere, () => text`-m length ${notText}--length ${pick(['60', '0:60', '61:1500', '64'])}`],
  [2, anywhere, ({ family }) => (family === 4 ? hops('ttl') : hops('hl'))],
  [2, anywhere, () => text`-m tos ${notText}--tos ${pick(['0', '0x10', '0x10/0x3f', '0/0', 'Minimize-Delay'])}`],
  [2, anywhere, () => text`-m dscp ${notText}--dscp${pick([' 0', ' 4', '-class EF', '-class AF11'])}`],
  [1, anywhere, () => text`-m ecn ${notText}--ecn-ip-ect ${pick([0, 1, 2, 3])}`],
  [1, ofProto('tcp'), () => text`-m ecn ${notText}--ecn-tcp-${pick(['ece', 'cwr'])}`],
  [1, anywhere, () => text`-m pkttype ${notText}--pkt-type ${pick(['unicast', 'multicast', 'broadcast'])}`],
  [1, arriving, () => text`-m policy --dir in --pol ${pick(['none', 'ipsec'])}`],
  [1, leaving, () => text`-m policy --dir out --pol ${pick(['none', 'ipsec'])}`],
  [3, (place) => ['raw', 'mangle'].includes(place.table) && within('PREROUTING')(place), () => rpfilter],
  [1, arriving, () => text`-m devgroup ${notText}--src-group ${pick(GROUPS)}`],
  [1, leaving, () => text`-m devgroup ${notText}--dst-group ${pick(GROUPS)}`],
  [2, anywhere, () => time],
  [1, anywhere, () => text`-m helper ${notText}--helper ftp`],
  [1, anywhere, () => text`-m connlabel ${notText}--label 5`],
  [1, anywhere, () => text`-m recent ${notText}--set --name R`],
  [
    1,
    within('PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'),
    () => text`-m physdev ${notText}--physdev-${pick(['is-in', 'in eth0', 'is-bridged', 'is-out'])}`,
  ],
  [
    1,
    (place) => place.family === 4 && within('INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING')(place),
    () => text`-m realm ${notText}--realm ${pick(['0', '5', '0/0'])}`,
  ],
  [2, ({ family }) => family === 6, () => pick(['-m frag', '-m frag --fragfirst', '-m hbh', '-m rt', '-m dst', '-m srh', '-m ah'])],
  [
    2,
    ({ family }) => family === 6,
    () => text`-m ipv6header ${notText}--header ${pick(['prot', 'frag,prot', 'esp', 'hop'])}${pick(['', ' --soft'])}`,
  ],
  [3, ({ sets }) => sets, ({ family }) => text`-m set ${notText}--match-set ${pick(SETS[family])}`],
  [1, anywhere, () => text`-m statistic --mode ${pick(['random --probability 0.5', 'nth --every 2 --packet 0'])}`],
  [1, anywhere, () => fc.constant('-m limit --limit 10/second --limit-burst 3')],
];

const ADDRESS_TYPES: Readonly<Record<Family, readonly string[]>> = {
  4: ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST', 'UNSPEC', 'BLACKHOLE', 'LOCAL,MULTICAST'],
  6: ['LOCAL', 'UNICAST', 'MULTICAST', 'UNSPEC', 'ANYCAST', 'UNREACHABLE', 'LOCAL,MULTICAST'],
};
/** Sets of hosts.ts, with the directions that their types require. */
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

const rpfilter = fc
  .subarray(['--loose', '--validmark', '--accept-local', '--invert'])
  .map((options) => ['-m rpfilter', ...options].join(' '));

const hours = pick(['00:00:00', '01:30:00', '06:00:00', '12:00:00', '17:45:00', '23:59:59']);
/** Hours far from each other, so that hardly a run meets one of them. */
const time = fc
  .tuple(
    perhaps(40, text` --timestart ${hours} --timestop ${hours}`),
    perhaps(40, text` ${notText}--weekdays ${pick(['Mon,Wed,Fri', 'Sat,Sun', '1,2,3,4,5', 'Sat'])}`),
    perhaps(40, text` ${notText}--monthdays ${pick(['1,2,3,4,5,6,7,8,9,10,11,12,13,14,15', '20,21,22,23', '31'])}`),
    perhaps(40, text` --datestart ${pick(['2020-01-01', '2037-01-01'])}`),
    perhaps(40, text` --datestop ${pick(['2021-01-01', '2037-06-01T12:00:00'])}`),
  )
  .map((options) => `-m time${options.join('') || ' --datestart 2000-01-01'}`);

function hops(name: 'ttl' | 'hl'): fc.Arbitrary<string> {
  const value = pick([1, 63, 64]);
  const option = pick([name]);
  return weighted([
    [1, text`-m ${option} ${notText}--${option}-eq ${value}`],
    [1, text`-m ${option} --${option}-${pick(['lt', 'gt'])} ${value}`],
  ]);
}

/** At most three matches of a rule; each goes on its own. */
export function matches(place: RulePlace): fc.Arbitrary<readonly string[]> {
  const one = choose(MATCHES, place);
  return fc
    .tuple(perhaps(55, one), perhaps(15, one), perhaps(3, one), fc.boolean())
    .map(([first, second, third, merging]) => [first, second, third].filter((clause) => clause !== '').reduce(joined(merging), []));
}

/** A second clause of a kind stands apart or adds its options to the first; an option is not repeated within a clause. */
function joined(merging: boolean): (clauses: readonly string[], clause: string) => readonly string[] {
  return (clauses, clause) => {
    const [, kind = '', options = ''] = /^-m (\S+) ?(.*)$/.exec(clause) ?? [];
    const named = (options.match(/--\S+/g) ?? []).map((option) =>
      option.replace('--syn', '--tcp-flags').replace(/(--limit-iface)-.*/, '$1'),
    );
    const at = clauses.findIndex((one) => one.startsWith(`-m ${kind} `));
    if (at < 0) return [...clauses, clause];
    if (!MERGING.has(kind)) return clauses;
    if (!merging || named.some((option) => clauses[at]?.replace('--syn', '--tcp-flags').includes(option)))
      return APART.has(kind) ? [...clauses, clause] : clauses;
    return clauses.map((one, index) => (index === at ? `${one} ${options}` : one));
  };
}

/** Matches whose options can be combined, and those of which a rule may have several. */
const MERGING: ReadonlySet<string> = new Set(['owner', 'conntrack', 'tcp', 'udp', 'iprange', 'addrtype']);
const APART: ReadonlySet<string> = new Set(['owner', 'conntrack', 'iprange', 'addrtype']);
