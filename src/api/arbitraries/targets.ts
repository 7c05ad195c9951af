/** Targets as option text, where the kernel lets them stand. */
import fc from 'fast-check';
import type { Family } from '../../packet/address.ts';
import { anywhere, choose, inTable, ofProto, type RulePlace, tracked, type WeightedText, within, withPorts } from './place.ts';
import { MARKS, MASKS } from './pools.ts';
import { hexText, perhaps, pick, text, weighted } from './text.ts';

const marks = hexText(MARKS);
const mask = perhaps(50, text`/${hexText(MASKS)}`);
const change = pick(['and', 'or', 'xor']);
const masks = perhaps(50, text` --nfmask ${hexText(MASKS)} --ctmask ${hexText(MASKS)}`);
const jumps = ({ below }: RulePlace) => below.length > 0;

const TARGETS: readonly WeightedText[] = [
  [6, anywhere, () => fc.constant('-j ACCEPT')],
  [14, jumps, ({ below }) => text`-j ${pick(below)}`],
  [5, jumps, ({ below }) => text`-g ${pick(below)}`],
  [8, anywhere, () => fc.constant('-j RETURN')],
  [3, ({ table }) => table !== 'nat', () => fc.constant('-j DROP')],
  [4, anywhere, () => fc.constant('')],
  [8, anywhere, () => text`-j MARK --set-xmark ${marks}${mask}`],
  [2, anywhere, () => text`-j MARK --set-mark ${marks}${mask}`],
  [3, anywhere, () => text`-j MARK --${change}-mark ${marks}`],
  [4, tracked, () => text`-j CONNMARK --set-xmark ${marks}${mask}`],
  [3, tracked, () => text`-j CONNMARK --save-mark${masks}`],
  [3, tracked, () => text`-j CONNMARK --restore-mark${masks}`],
  [1, tracked, () => text`-j CONNMARK --${change}-mark ${marks}`],
  [1, anywhere, () => pick(['-j LOG --log-prefix "seen "', '-j NFLOG --nflog-group 5'])],
  [9, inTable('mangle'), headerField],
  [1, (place) => place.table !== 'nat' && ofProto('tcp')(place), () => fc.constant('-m tcp --syn -j TCPMSS --set-mss 1300')],
  [1, (place) => place.table === 'mangle' && ofProto('tcp')(place), () => fc.constant('-j TCPOPTSTRIP --strip-options mss,8')],
  [1, anywhere, () => fc.constant('-j AUDIT --type accept')],
  [1, within('OUTPUT', 'FORWARD', 'POSTROUTING'), () => fc.constant('-j CLASSIFY --set-class 1:10')],
  [8, inTable('raw'), () => text`-j CT --zone ${pick([0, 1, 2])}`],
  [2, inTable('raw'), () => text`-j CT --zone-${pick(['orig', 'reply'])} 3`],
  [4, inTable('raw'), () => fc.constant('-j CT --notrack')],
  [2, inTable('raw'), () => fc.constant('-j NOTRACK')],
  [20, inTable('nat', 'PREROUTING', 'OUTPUT'), redirect],
  [6, inTable('nat'), ({ family }) => text`-j NETMAP --to ${pick(NETMAP[family])}`],
  [
    12,
    inTable('nat', 'PREROUTING', 'OUTPUT'),
    (place) => text`-j DNAT --to-destination ${endpoint(place, DNAT)}${pick(['', '', '', '', ' --random', ' --persistent'])}`,
  ],
  [
    12,
    inTable('nat', 'POSTROUTING', 'INPUT'),
    (place) => text`-j SNAT --to-source ${endpoint(place, SNAT)}${pick(['', '', '', ' --random', ' --random-fully', ' --persistent'])}`,
  ],
  [12, inTable('nat', 'POSTROUTING'), (place) => text`-j MASQUERADE${withPorts(place) ? masqueradePorts : pick([''])}`],
  [12, (place) => inTable('mangle', 'PREROUTING')(place) && withPorts(place), tproxy],
  [10, inTable('filter', 'INPUT', 'FORWARD', 'OUTPUT'), reject],
];

interface Ends {
  readonly addresses: Readonly<Record<Family, readonly string[]>>;
  readonly ports: readonly string[];
}

const DNAT: Ends = {
  addresses: {
    4: ['10.244.0.5', '127.0.0.1', '10.0.0.10', '192.168.50.9', '192.168.50.5', '10.8.0.1', '172.31.0.1', '10.0.0.9-10.0.0.10'],
    6: [
      'fd00:10:244::5',
      '::1',
      '2001:db8::9-2001:db8::a',
      '2001:db8::a',
      'fd00:192:168:50::9',
      'fd00:192:168:50::5',
      'fd00:8::1',
      '2001:db8:31::1',
    ],
  },
  ports: ['8080', '15001', '53', '8000-8080'],
};
const SNAT: Ends = {
  addresses: {
    4: ['10.244.0.5', '127.0.0.6', '169.254.7.127', '192.168.50.5', '10.0.0.200', '10.244.0.6-10.244.0.8', '10.244.0.4-10.244.0.6'],
    6: ['fd00:10:244::5', '::6', 'fd16:9254::1', 'fd00:192:168:50::5', '2001:db8::200', 'fd00:10:244::4-fd00:10:244::6'],
  },
  ports: ['5000', '5000-5001', '40000-40001'],
};
const NETMAP: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.0.0.0/24', '10.244.0.0/16', '192.168.50.0/24', '127.0.0.0/8', '10.0.0.9'],
  6: ['2001:db8::/64', 'fd00:10:244::/64', 'fd00:192:168:50::/112', '2001:db8::9'],
};
const masqueradePorts = pick(['', '', ' --to-ports 5000', ' --to-ports 5000-5001', ' --random', ' --to-ports 5000-5001 --random-fully']);

/** Type of service, hops, and the bits of congestion notification. */
function headerField({ family, proto }: RulePlace): fc.Arbitrary<string> {
  const amount = pick(['set 0', 'set 1', 'set 64', 'set 255', 'inc 1', 'inc 200', 'dec 1', 'dec 64', 'dec 200']);
  const ofTcp = pick(['--ecn-tcp-remove', '--ecn-tcp-ece 1', '--ecn-tcp-cwr 1']);
  return weighted([
    [3, text`-j TOS --set-tos ${pick(['0x10', '0x08/0x3f', '0xff/0x0f', '0x01/0x00', 'Normal-Service'])}`],
    [1, text`-j TOS --${change}-tos ${pick(['0x10', '0x03', '0xfc'])}`],
    [3, text`-j DSCP ${pick(['--set-dscp 0', '--set-dscp 0x2e', '--set-dscp-class AF21'])}`],
    [4, text`-j ${pick([family === 4 ? 'TTL --ttl' : 'HL --hl'])}-${amount}`],
    [family === 4 ? 2 : 0, text`-j ECN ${proto === 'tcp' ? ofTcp : pick(['--ecn-ip-ect 1'])}`],
  ]);
}

function redirect(place: RulePlace): fc.Arbitrary<string> {
  if (!withPorts(place)) return fc.constant('-j REDIRECT');
  return weighted([
    [76, text`-j REDIRECT --to-ports ${pick(['15001', '15006', '15053', '15001-15006', '8080'])}`],
    [10, fc.constant('-j REDIRECT --to-ports 15001-15006 --random')],
    [14, fc.constant('-j REDIRECT')],
  ]);
}

function endpoint(place: RulePlace, { addresses, ports }: Ends): fc.Arbitrary<string> {
  const address = pick(addresses[place.family]);
  if (!withPorts(place)) return address;
  return weighted([
    [1, address],
    [1, place.family === 6 ? text`[${address}]:${pick(ports)}` : text`${address}:${pick(ports)}`],
  ]);
}

function tproxy({ family }: RulePlace): fc.Arbitrary<string> {
  const onIp = perhaps(25, fc.constant(` --on-ip ${family === 4 ? '127.0.0.1' : '::1'}`));
  return text`-j TPROXY --on-port ${pick([15001, 15006, 15053, 0])}${onIp} --tproxy-mark ${marks}/${hexText(MASKS)}`;
}

const ANSWERS: Readonly<Record<Family, readonly string[]>> = {
  4: ['icmp-port-unreachable', 'icmp-admin-prohibited', 'icmp-net-unreachable', 'icmp-host-prohibited'],
  6: ['icmp6-port-unreachable', 'icmp6-adm-prohibited', 'icmp6-no-route'],
};

function reject({ family, proto }: RulePlace): fc.Arbitrary<string> {
  return weighted([
    [6, text`-j REJECT --reject-with ${pick(ANSWERS[family])}`],
    [proto === 'tcp' ? 4 : 0, fc.constant('-j REJECT --reject-with tcp-reset')],
  ]);
}

export function targets(place: RulePlace): fc.Arbitrary<string> {
  return choose(TARGETS, place);
}
