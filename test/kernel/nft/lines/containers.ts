/** Sets, maps and objects of whole texts, and rules that use them. */
import type { Random } from '../../generate/random.ts';

export interface Drawn {
  readonly kind: string;
  readonly name: string;
  /** between its braces */
  readonly lines: readonly string[];
  /** rules that name it */
  readonly uses: readonly string[];
}

interface KeyType {
  readonly type: string;
  /** what a packet is asked for */
  readonly of: string;
  readonly values: readonly string[];
  readonly ranges: readonly string[];
}

const ADDRESS4: KeyType = {
  type: 'ipv4_addr',
  of: 'ip saddr',
  values: ['10.0.0.1', '10.0.0.2', '192.168.1.1', '127.0.0.1', '0x0a000003', '10.0.0.1'],
  ranges: ['10.0.0.0/8', '172.16.0.1-172.16.0.9', '192.168.0.0/16', '10.1.2.0/24', '0.0.0.0/0', '11.0.0.0-11.255.255.255', '10.0.0.7/32'],
};
const ADDRESS6: KeyType = {
  type: 'ipv6_addr',
  of: 'ip6 daddr',
  values: ['::1', 'fe80::1', '2001:DB8::5', '::ffff:10.0.0.1'],
  ranges: ['fd00::/8', '::1-::9', 'fe80::/10', '2001:db8::/32', '::/96'],
};
const OTHERS: readonly KeyType[] = [
  {
    type: 'inet_service',
    of: 'tcp dport',
    values: ['80', '443', 'ssh', 'http', '0x16', '010', '65535'],
    ranges: ['1-1023', '8000-8080', '22-22', '30000-32767'],
  },
  { type: 'inet_proto', of: 'meta l4proto', values: ['tcp', 'udp', '47', 'icmp', 'ipv6-icmp', '0x6', 'esp'], ranges: ['6-17', '40-50'] },
  { type: 'ifname', of: 'iifname', values: ['"eth0"', 'lo', '"br-lan"', '"veth12.5"', 'wg0'], ranges: ['"eth*"', '"veth*"'] },
  { type: 'mark', of: 'meta mark', values: ['1', '0x10', '0xffffffff', '4096', '020'], ranges: ['1-5', '0x100-0x1ff'] },
  {
    type: 'ether_addr',
    of: 'ether saddr',
    values: ['aa:bb:cc:dd:ee:ff', '0:1:2:3:4:5', '01:02:03:04:05:06'],
    ranges: ['00:00:00:00:00:01-00:00:00:00:00:0f'],
  },
  { type: 'ct_state', of: 'ct state', values: ['new', 'established', 'related', 'invalid', 'untracked'], ranges: [] },
  { type: 'icmp_type', of: 'icmp type', values: ['echo-request', '3', 'time-exceeded'], ranges: ['3-5'] },
  { type: 'pkt_type', of: 'meta pkttype', values: ['host', 'broadcast', 'multicast'], ranges: [] },
];

const NAMES = ['s1', 'blocked', 'service-ips', 'allow.list', 'no-endpoint-services', 'S', 'set1', 'addr-set-sshd', 'ports', 'log_', 'm6'];
const TIMES = ['30s', '5m', '1h', '1d2h3m4s', '90s', '10800s', '1d', '2d500ms', '7d'];
const VALUES: readonly (readonly [string, readonly string[]])[] = [
  ['verdict', ['accept', 'drop', 'return', 'continue']],
  ['mark', ['1', '0x10', '4096']],
  ['ipv4_addr', ['10.9.0.1', '10.9.0.2', '127.0.0.1']],
  ['ipv4_addr . inet_service', ['10.9.0.1 . 80', '10.9.0.2 . http']],
  ['inet_service', ['8080', '15001', 'domain']],
  ['classid', ['1:2', 'ffff:1']],
];

const TYPEOF: Readonly<Record<string, string>> = {
  verdict: 'verdict',
  mark: 'meta mark',
  ipv4_addr: 'ip daddr',
  'ipv4_addr . inet_service': 'ip daddr . tcp dport',
  inet_service: 'tcp dport',
  classid: 'meta priority',
};

export function drawContainer(random: Random, family: 4 | 6): Drawn {
  const keys = drawKeys(random, family);
  const isMap = random.chance(0.4);
  const [valueType, values] = random.pick(
    family === 4 || random.chance(0.03) ? VALUES : VALUES.filter(([type]) => !type.startsWith('ipv4')),
  );
  // nft 1.0.6 crashes where a set of intervals has flags
  const interval = random.chance(keys.some(({ type }) => type === 'ct_state') ? 0.02 : 0.45);
  const timeout = random.chance(0.3);
  const dynamic = !isMap && random.chance(interval ? 0.01 : 0.2);
  const types = random.chance(0.2) ? `typeof ${keys.map(({ of }) => of).join(' . ')}` : `type ${keys.map(({ type }) => type).join(' . ')}`;
  const typed =
    types.startsWith('typeof') && isMap
      ? `${types} : ${random.chance(0.03) ? 'meta length' : TYPEOF[valueType]}`
      : isMap
        ? `${types} : ${valueType}`
        : types;
  const flags = [
    ...(interval ? ['interval'] : []),
    ...(timeout ? ['timeout'] : []),
    ...(dynamic ? ['dynamic'] : []),
    ...(random.chance(timeout || dynamic ? 0.005 : 0.05) ? ['constant'] : []),
  ];
  const option = (chance: number, line: string): readonly string[] => (random.chance(chance) ? [line] : []);
  const count = random.pick([0, 1, 2, 3, 5]);
  const counts = random.chance(0.05);
  const elements = drawElements(random, count, { keys, interval, timeout, counts, ...(isMap && { values }) });
  const lines = [
    typed,
    ...(flags.length > 0 ? [`flags ${flags.join(random.pick([',', ', ']))}`] : []),
    ...(interval ? option(isMap ? 0.02 : 0.6, 'auto-merge') : []),
    ...(timeout ? option(0.5, `timeout ${random.pick(TIMES)}`) : []),
    ...(timeout ? option(isMap ? 0.02 : 0.2, `gc-interval ${random.pick(TIMES)}`) : []),
    ...option(dynamic ? 0.6 : 0.1, `size ${random.chance(0.05) ? '1' : random.pick(['8', '128', '65535', '0x40'])}`),
    ...option(0.1, `policy ${random.pick(['memory', 'performance'])}`),
    ...option(0.15, 'comment "of a tool"'),
    ...(counts ? ['counter'] : []),
    ...(count > 0 ? [`elements = { ${elements.join(', ')}${random.chance(0.05) ? ',' : ''} }`] : []),
  ];
  const asked = keys.map(({ of }) => of).join(' . ');
  const name = random.pick(NAMES);
  return {
    kind: isMap ? 'map' : 'set',
    name,
    lines: random.chance(0.1) ? shuffled(random, lines) : lines,
    uses: usesOf({ isMap, valueType, dynamic }, asked, name),
  };
}

function drawKeys(random: Random, family: 4 | 6): readonly KeyType[] {
  const address = family === 4 ? ADDRESS4 : ADDRESS6;
  const all = [address, address, address, ...OTHERS.filter(({ type }) => type !== 'icmp_type')];
  // what asks for ICMP stands alone: beside ports it does not load
  if (family === 4 && random.chance(0.06)) return OTHERS.filter(({ type }) => type === 'icmp_type');
  const count = random.pick([1, 1, 1, 2, 2, 3, 4]);
  const keys = Array.from({ length: count }, (_, at) => (at === 1 && random.chance(0.6) ? (OTHERS[0] as KeyType) : random.pick(all)));
  return random.chance(0.03) ? [...keys, random.pick(OTHERS)] : keys;
}

interface ElementParts {
  readonly keys: readonly KeyType[];
  readonly interval: boolean;
  readonly timeout: boolean;
  readonly counts: boolean;
  readonly values?: readonly string[];
}

/** Most keys are drawn once: others conflict. */
function drawElements(random: Random, count: number, parts: ElementParts): readonly string[] {
  const drawn = Array.from({ length: count }, () => drawElement(random, parts));
  const free =
    parts.interval && random.chance(0.95) ? drawn.filter((one, at) => !drawn.slice(0, at).some((other) => touches(one, other))) : drawn;
  return random.chance(0.1) ? free : [...new Map(free.map((one) => [keyOf(one), one])).values()];
}

function keyOf(element: string): string {
  return element.replace(/ (?:timeout|expires|comment|counter|:) .*$/, '');
}

/** Ranges are told by their first byte or number alone. */
function touches(one: string, other: string): boolean {
  const [a, b] = [keyOf(one).split(' . '), keyOf(other).split(' . ')];
  return a.every((part, at) => part === b[at] || part.includes('/0') || b[at]?.includes('/0') === true || isNear(part, b[at] ?? ''));
}

function isNear(one: string, other: string): boolean {
  const isRange = (part: string): boolean => /[-/*]/.test(part.replace(/^"|ipv6-icmp/g, ''));
  return isRange(one) || isRange(other) ? firstOf(one) === firstOf(other) || !/[.:]/.test(one + other) : false;
}

function firstOf(part: string): string {
  return part.split(/[.:"-]/)[0] ?? '';
}

function drawElement(random: Random, { keys, interval, timeout, counts, values }: ElementParts): string {
  const key = keys.map((one) => random.pick(interval && one.ranges.length > 0 && random.chance(0.5) ? one.ranges : one.values)).join(' . ');
  const options = [
    ...(random.chance(counts ? 0.3 : 0.01) ? ['counter'] : []),
    ...(timeout && random.chance(0.5) ? [`timeout ${random.pick(TIMES)}`] : []),
    ...(timeout && random.chance(0.1) ? ['expires 5s'] : []),
    ...(random.chance(0.15) ? [`comment ${random.pick(['"why"', '"ns1/svc1:p80"', 'bare', '"a b, c"'])}`] : []),
    ...(random.chance(0.005) ? ['counter'] : []),
  ];
  const shown = random.chance(0.005) ? '*' : key;
  return `${[shown, ...options].join(' ')}${values === undefined ? '' : ` : ${random.pick(values)}`}`;
}

interface UsedAs {
  readonly isMap: boolean;
  readonly valueType: string;
  readonly dynamic: boolean;
}

function usesOf({ isMap, valueType, dynamic }: UsedAs, asked: string, name: string): readonly string[] {
  if (dynamic)
    return [
      `add @${name} { ${asked} }`,
      `update @${name} { ${asked} timeout 30s }`,
      `add @${name} { ${asked} limit rate over 10/second } drop`,
      `${asked} @${name} drop`,
    ];
  if (!isMap) return [`${asked} @${name} drop`, `${asked} != @${name} counter accept`];
  if (valueType === 'verdict') return [`${asked} vmap @${name}`];
  if (valueType === 'mark') return [`meta mark set ${asked} map @${name}`, `ct mark set ${asked} map @${name}`];
  if (valueType === 'classid') return [`meta priority set ${asked} map @${name}`];
  if (valueType === 'inet_service') return [`redirect to ${asked} map @${name}`, `meta l4proto tcp redirect to :${asked} map @${name}`];
  return [
    `dnat ip to ${asked} map @${name}`,
    `dnat to ${asked} map @${name}`,
    `meta l4proto tcp dnat ip addr . port to ${asked} map @${name}`,
  ];
}

function shuffled(random: Random, lines: readonly string[]): readonly string[] {
  const at = random.below(lines.length);
  return [...lines.slice(at), ...lines.slice(0, at)];
}

const OBJECTS: readonly Drawn[] = [
  {
    kind: 'counter',
    name: 'cnt',
    lines: [],
    uses: ['counter name "cnt"', 'counter name cnt accept', 'counter name tcp dport map { 80 : "cnt" }'],
  },
  { kind: 'counter', name: 'c_2', lines: ['packets 5 bytes 6'], uses: ['counter name "c_2"'] },
  { kind: 'counter', name: 'c_3', lines: ['comment "counts"'], uses: ['counter name "c_3" drop'] },
  { kind: 'quota', name: 'q1', lines: ['over 10 mbytes'], uses: ['quota name "q1" drop'] },
  { kind: 'quota', name: 'q2', lines: ['25 mbytes used 5 bytes'], uses: ['quota name "q2" accept'] },
  { kind: 'quota', name: 'q3', lines: ['until 1025 kbytes'], uses: ['quota name "q3"'] },
  { kind: 'limit', name: 'l1', lines: ['rate 10/second'], uses: ['limit name "l1" accept'] },
  { kind: 'limit', name: 'l2', lines: ['rate over 1 mbytes/minute burst 5 kbytes'], uses: ['limit name "l2" drop'] },
  { kind: 'limit', name: 'l3', lines: ['rate 400/hour burst 7 packets', 'comment "slow"'], uses: ['limit name "l3"'] },
  { kind: 'synproxy', name: 'sp', lines: ['mss 1460', 'wscale 7', 'timestamp sack-perm'], uses: ['synproxy name "sp"'] },
  { kind: 'ct helper', name: 'ftp-standard', lines: ['type "ftp" protocol tcp'], uses: ['tcp dport 21 ct helper set "ftp-standard"'] },
  { kind: 'ct helper', name: 'h2', lines: ['type "sip" protocol udp', 'l3proto ip'], uses: ['udp dport 5060 ct helper set "h2"'] },
  {
    kind: 'ct timeout',
    name: 'agg',
    lines: ['protocol tcp', 'l3proto ip', 'policy = { established : 100, close : 4 }'],
    uses: ['ct timeout set "agg"'],
  },
  {
    kind: 'ct timeout',
    name: 'agg2',
    lines: ['protocol udp', 'policy = { unreplied : 15, replied : 12 }'],
    uses: ['ct timeout set "agg2"'],
  },
  {
    kind: 'ct expectation',
    name: 'e1',
    lines: ['protocol tcp', 'dport 9876', 'timeout 2m', 'size 12', 'l3proto ip'],
    uses: ['ct expectation set "e1"'],
  },
];

export function drawObject({ pick }: Random): Drawn {
  return pick(OBJECTS);
}
