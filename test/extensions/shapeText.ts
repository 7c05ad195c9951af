/** Arbitrary texts of each value shape that iptables accepts. */
import fc from 'fast-check';
import type { ShapeName } from '../../src/extensions/shapes/all.ts';
import type { Family } from '../../src/packet/address.ts';
import { ADDR_TYPES } from '../../src/packet/fields.ts';

export const number = (max: number): fc.Arbitrary<string> =>
  fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 0, max }) }, { weight: 1, arbitrary: fc.constantFrom(0, max) }).map(String);
const hex = fc.integer({ min: 0, max: 0xffff_ffff }).map((value) => `0x${value.toString(16)}`);
const port = number(65535);
const ordered = (max: number, separator: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max }))
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `${Math.min(a, b)}${separator}${Math.max(a, b)}`);
const someOf = (words: readonly string[]): fc.Arbitrary<string> => fc.subarray([...words], { minLength: 1 }).map((list) => list.join(','));
const text = (max: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."ab0 _-:/'\\!#$"), minLength: 1, maxLength: max }).filter((word) => word.trim() !== '');
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const maskedHex = fc.tuple(hex, fc.option(hex)).map(([value, mask]) => (mask === null ? value : `${value}/${mask}`));
const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6().filter((address) => !address.includes('.'));
/** ipsets that the kernel suite makes, by family; others are not there */
const SET_NAMES = ['hosts', 'services', 'a-very-long-name-of-31-characte'] as const;
const addressOf = (family: Family): fc.Arbitrary<string> => (family === 4 ? ipv4 : ipv6);
const networkOf = (family: Family): fc.Arbitrary<string> =>
  fc.tuple(addressOf(family), fc.integer({ min: 0, max: family === 4 ? 32 : 128 })).map(([address, length]) => `${address}/${length}`);
const range = (max: number): fc.Arbitrary<string> => fc.oneof(number(max), ordered(max, ':'));

function shapeText(family: Family): Readonly<Record<ShapeName, fc.Arbitrary<string>>> {
  const host = fc.oneof(
    addressOf(family),
    fc.tuple(addressOf(family), addressOf(family)).map((ends) => ends.join('-')),
  );
  const natPorts = fc.oneof(port, ordered(65535, '-'));
  return {
    comment: text(85),
    logPrefix: text(9),
    nflogPrefix: text(21),
    setName: fc.constantFrom(...SET_NAMES),
    setTimeout: number(0xffff_fffe),
    helper: fc.oneof(fc.constantFrom('ftp', 'irc'), name),
    timeoutPolicy: name,
    path: fc.constantFrom('', '/'),
    pinnedPath: text(40),
    u8: number(255),
    u16: port,
    u32: number(0xffff_ffff),
    positive: fc.integer({ min: 1, max: 0xffff_ffff }).map(String),
    tcpOption: fc.integer({ min: 1, max: 255 }).map(String),
    burst: number(10000),
    shift: number(32),
    counter: number(0xffff_ffff),
    hexNumber: hex,
    markMask: maskedHex,
    xmark: maskedHex,
    lengthRange: range(65535),
    expireRange: range(0xffff_ffff),
    decimalPort: port,
    decimalPortRange: range(65535),
    portRange: range(65535),
    portList: fc.array(range(65535), { minLength: 1, maxLength: 7 }).map((list) => list.join(',')),
    natPorts,
    natRange: fc.oneof(
      host,
      fc.tuple(host, natPorts).map(([ends, ports]) => (family === 4 ? `${ends}:${ports}` : `[${ends}]:${ports}`)),
      natPorts.map((ports) => `:${ports}`),
    ),
    network: networkOf(family),
    ctNetwork: networkOf(family),
    address: addressOf(family),
    addressRange: host,
    mac: fc
      .array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 })
      .map((octets) => octets.map((octet) => octet.toString(16)).join(':')),
    protocol: fc.oneof(fc.constantFrom('tcp', 'udp', 'icmp', 'all'), number(255)),
    protocolNumber: number(255),
    users: range(0xffff_fffe).map((ids) => ids.replace(':', '-')),
    groups: range(0xffff_fffe).map((ids) => ids.replace(':', '-')),
    tcpFlags: fc.oneof(fc.constantFrom('ALL', 'NONE'), someOf(['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'])),
    ctStates: someOf(['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT']),
    states: someOf(['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED']),
    ctStatus: someOf(['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED']),
    ctDir: fc.constantFrom('ORIGINAL', 'REPLY'),
    addrTypes: someOf(family === 4 ? ADDR_TYPES : ['UNSPEC', 'UNICAST', 'LOCAL', 'ANYCAST', 'MULTICAST']),
    statisticMode: fc.constantFrom('random', 'nth'),
    probability: fc.integer({ min: 0, max: 1000 }).map((thousandths) => String(thousandths / 1000)),
    rate: fc
      .tuple(fc.integer({ min: 1, max: 10000 }), fc.constantFrom('second', 'minute', 'hour', 'day'))
      .map(([count, unit]) => `${count}/${unit}`),
    logLevel: number(7),
    zone: fc.oneof(port, fc.constant('mark')),
    icmpType: fc.oneof(number(255), fc.constantFrom('echo-request', '3/4', 'any')),
    icmpv6Type: fc.oneof(number(255), fc.constantFrom('echo-request', '1/4')),
    rejectType:
      family === 4 ? fc.constantFrom('icmp-port-unreachable', 'tcp-reset') : fc.constantFrom('icmp6-port-unreachable', 'tcp-reset'),
    setDirs: fc.constantFrom('src', 'dst', 'src,dst'),
    ctEvents: someOf(['new', 'destroy', 'mark']),
    expEvents: fc.constant('new'),
    spiRange: range(0xffff_ffff),
    mssRange: range(65535),
    byteRange: range(0xffff_ffff),
    u64: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String),
    deviceGroup: fc.oneof(maskedHex, fc.constant('default')),
    routeRealm: fc.oneof(maskedHex, fc.constant('cosmos')),
    connLabel: number(127),
    mhTypes: fc.oneof(range(255), fc.constantFrom('brr', 'binding-update', 'hoti:bu')),
    packetType: fc.constantFrom('unicast', 'host', 'broadcast', 'bcast', 'multicast', 'mcast', 'otherhost'),
    dccpTypes: someOf(['REQUEST', 'DATA', 'ACK', 'RESET', 'INVALID']),
    sctpPortRange: range(65535),
    chunkScope: fc.constantFrom('all', 'any', 'only'),
    chunkTypes: fc.oneof(
      fc.constantFrom('ALL', 'NONE', 'DATA:Be', 'ABORT:T,SACK'),
      someOf(['DATA', 'INIT', 'SACK', 'ERROR', 'PAD', 'ASCONF']),
    ),
    ipv6Headers: someOf(['hop', 'dst', 'route', 'frag', 'auth', 'esp', 'none', 'prot']),
    headerOptions: fc
      .array(
        fc.oneof(
          number(255),
          fc.tuple(number(255), number(255)).map((pair) => pair.join(':')),
        ),
        { minLength: 1, maxLength: 16 },
      )
      .map((list) => list.join(',')),
    routeAddresses: fc.array(ipv6, { minLength: 1, maxLength: 16 }).map((list) => list.join(',')),
    segment: networkOf(6),
    maskLength: number(family === 4 ? 32 : 128),
    addressMask: addressOf(family),
    prefixLength: number(family === 4 ? 32 : 128),
    bpfProgram: fc.constantFrom('1,6 0 0 1', '2,48 0 0 9,6 0 0 65535', '4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0'),
    u32Tests: fc
      .tuple(
        number(60),
        fc.constantFrom('', '&0xFF', '>>16', '>>22&0x3C@4'),
        range(0xffff),
        fc.constantFrom('', '&&0=1', ' && 4 & 0x1FFF = 0'),
      )
      .map(([at, steps, value, more]) => `${at}${steps}=${value}${more}`),
    pattern: text(40),
    hexPattern: fc
      .array(fc.oneof(fc.stringMatching(/^[a-z ]{1,5}$/), fc.stringMatching(/^\|[0-9a-f]{2}( [0-9a-f]{2}){0,3}\|$/)), {
        minLength: 1,
        maxLength: 5,
      })
      .map((parts) => parts.join('')),
    searchAlgorithm: fc.constantFrom('bm', 'kmp'),
    timeOfDay: fc
      .tuple(fc.nat(23), fc.nat(59), fc.option(fc.nat(59), { nil: undefined }))
      .map((parts) => parts.filter((one) => one !== undefined).join(':')),
    date: fc
      .tuple(fc.integer({ min: 1971, max: 2037 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
      .map((parts) => parts.join('-')),
    monthDays: fc.subarray([1, 2, 3, 15, 28, 31], { minLength: 1 }).map((list) => list.join(',')),
    weekDays: someOf(['Mon', 'Tue', '3', 'Fri', '7']),
    hashRate: fc.oneof(
      fc
        .tuple(fc.integer({ min: 1, max: 10000 }), fc.constantFrom('second', 'min', 'hour', 'day'))
        .map(([count, unit]) => `${count}/${unit}`),
      fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.constantFrom('kb/s', 'mb/s')).map((parts) => parts.join('')),
    ),
    hashBurst: fc.oneof(fc.integer({ min: 1, max: 1_000_000 }).map(String), fc.constant('900mb')),
    hashModes: someOf(['srcip', 'srcport', 'dstip', 'dstport']),
    node: fc.integer({ min: 1, max: 32 }).map(String),
    nodeMask: fc.integer({ min: 1, max: 32 }).map(String),
    ect: number(3),
    hitCount: number(65535),
    interval: fc.integer({ min: 1, max: 1000 }).map(String),
    osfLevel: number(2),
    bytesMode: fc.constantFrom('packets', 'bytes', 'avgpkt'),
    bytesDir: fc.constantFrom('original', 'reply', 'both'),
    policyDir: fc.constantFrom('in', 'out'),
    policyKind: fc.constantFrom('none', 'ipsec'),
    policyMode: fc.constantFrom('transport', 'tunnel'),
    policyProto: fc.constantFrom('esp', 'ah', 'ipcomp'),
    helperName: text(25),
    accountName: name,
    portName: name.map((word) => word.slice(0, 15)),
    genre: name,
    listName: name,
    tableName: name,
    dscp: number(63),
    dscpClass: fc.constantFrom('EF', 'be', 'CS5', 'AF31'),
    tosMask: fc.oneof(
      fc.constantFrom('Minimize-Delay', 'normal-service'),
      number(255),
      fc.tuple(number(255), number(255)).map((pair) => pair.join('/')),
    ),
    auditType: fc.constantFrom('accept', 'drop', 'reject'),
    trafficClass: fc.tuple(fc.nat(0xffff), fc.nat(0xffff)).map((halves) => halves.map((half) => half.toString(16)).join(':')),
    bit: number(1),
    twoBits: number(3),
    hops: fc.integer({ min: 1, max: 255 }).map(String),
    cut8: number(300),
    cut16: number(70000),
    queueRange: ordered(65534, ':'),
    duration: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom('s', 'sec', 'ms', 'us', '')).map((parts) => parts.join('')),
    tcpOptions: fc.uniqueArray(fc.integer({ min: 2, max: 255 }), { minLength: 1, maxLength: 5 }).map((list) => list.join(',')),
    prefix: networkOf(family),
    rawPrefix: fc.integer({ min: 1, max: 64 }).map((length) => `8000::/${length}`),
    deviceName: name.map((word) => word.slice(0, 15)),
    timerLabel: name,
    bitRate: fc
      .tuple(fc.integer({ min: 0, max: 99_999_999 }), fc.constantFrom('', 'bit', 'kbit', 'Mbps', 'KiBps', 'bps', 'mibit'))
      .map((parts) => parts.join('')),
    estimatorName: name.map((word) => word.slice(0, 15)),
    securityContext: name,
    ledName: name.map((word) => word.slice(0, 16)),
    ledDelay: number(1000),
    ulogPrefix: text(10),
    ulogGroup: fc.integer({ min: 1, max: 32 }).map(String),
    ulogThreshold: fc.integer({ min: 1, max: 50 }).map(String),
    hashTuple: someOf(['src', 'dst', 'sport', 'dport', 'proto', 'ct']),
    hashPrefix: number(family === 4 ? 32 : 128),
    clusterHash: fc.constantFrom('sourceip', 'sourceip-sourceport-destport'),
    clusterNodes: fc.integer({ min: 1, max: 16 }).map(String),
    groupMac: fc.constantFrom('01:aa:7b:47:f7:d7', '1:2:3:4:5:6'),
  };
}

export const SHAPE_TEXT = { 4: shapeText(4), 6: shapeText(6) } as const;
