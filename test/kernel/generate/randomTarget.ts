/** Random targets as option text, where the kernel lets them stand. */
import type { HookName, TableName } from '../../../src/netfilter/hooks.ts';
import type { Family } from '../../../src/packet/address.ts';
import { MARKS, MASKS } from './pools.ts';
import type { Random } from './random.ts';

export interface TargetPlace {
  readonly family: Family;
  readonly table: TableName;
  readonly hooks: readonly HookName[];
  readonly proto: string | undefined;
  /** chains to which this one may jump */
  readonly below: readonly string[];
}

type Target = (random: Random, place: TargetPlace) => string;

const hex = (value: number): string => `0x${value.toString(16)}`;
const mask = ({ chance, pick }: Random): string => (chance(0.5) ? '' : `/${hex(pick(MASKS))}`);
const in_ =
  (table: TableName, ...hooks: readonly HookName[]) =>
  (place: TargetPlace) =>
    place.table === table && (hooks.length === 0 || place.hooks.every((hook) => hooks.includes(hook)));
const anywhere = (): boolean => true;
const withPorts = ({ proto }: TargetPlace): boolean => proto === 'tcp' || proto === 'udp';

const TARGETS: readonly (readonly [number, (place: TargetPlace) => boolean, Target])[] = [
  [14, ({ below }) => below.length > 0, (r, { below }) => `-j ${r.pick(below)}`],
  [5, ({ below }) => below.length > 0, (r, { below }) => `-g ${r.pick(below)}`],
  [8, anywhere, () => '-j RETURN'],
  [6, anywhere, () => '-j ACCEPT'],
  [3, ({ table }) => table !== 'nat', () => '-j DROP'],
  [4, anywhere, () => ''],
  [8, anywhere, (r) => `-j MARK --set-xmark ${hex(r.pick(MARKS))}${mask(r)}`],
  [2, anywhere, (r) => `-j MARK --set-mark ${hex(r.pick(MARKS))}${mask(r)}`],
  [3, anywhere, (r) => `-j MARK --${r.pick(['and', 'or', 'xor'])}-mark ${hex(r.pick(MARKS))}`],
  [4, ({ table }) => table !== 'raw', (r) => `-j CONNMARK --set-xmark ${hex(r.pick(MARKS))}${mask(r)}`],
  [3, ({ table }) => table !== 'raw', (r) => `-j CONNMARK --save-mark${connmarkMasks(r)}`],
  [3, ({ table }) => table !== 'raw', (r) => `-j CONNMARK --restore-mark${connmarkMasks(r)}`],
  [1, ({ table }) => table !== 'raw', (r) => `-j CONNMARK --${r.pick(['and', 'or', 'xor'])}-mark ${hex(r.pick(MARKS))}`],
  [1, anywhere, (r) => r.pick(['-j LOG --log-prefix "seen "', '-j NFLOG --nflog-group 5'])],
  [9, in_('mangle'), headerField],
  [1, ({ table, proto }) => table !== 'nat' && proto === 'tcp', () => '-m tcp --syn -j TCPMSS --set-mss 1300'],
  [1, ({ table, proto }) => table === 'mangle' && proto === 'tcp', () => '-j TCPOPTSTRIP --strip-options mss,8'],
  [1, anywhere, () => '-j AUDIT --type accept'],
  [
    1,
    ({ hooks }) => hooks.every((hook) => hook === 'OUTPUT' || hook === 'FORWARD' || hook === 'POSTROUTING'),
    () => '-j CLASSIFY --set-class 1:10',
  ],
  [8, in_('raw'), (r) => `-j CT --zone ${r.pick([0, 1, 2])}`],
  [2, in_('raw'), (r) => `-j CT --zone-${r.pick(['orig', 'reply'])} 3`],
  [4, in_('raw'), () => '-j CT --notrack'],
  [2, in_('raw'), () => '-j NOTRACK'],
  [20, in_('nat', 'PREROUTING', 'OUTPUT'), redirect],
  [6, in_('nat'), (r, { family }) => `-j NETMAP --to ${r.pick(NETMAP[family])}`],
  [12, in_('nat', 'PREROUTING', 'OUTPUT'), (r, place) => `-j DNAT --to-destination ${endpoint(r, place, DNAT[place.family])}`],
  [12, in_('nat', 'POSTROUTING', 'INPUT'), (r, place) => `-j SNAT --to-source ${endpoint(r, place, SNAT[place.family])}`],
  [
    12,
    in_('nat', 'POSTROUTING'),
    (r, place) => `-j MASQUERADE${withPorts(place) ? r.pick(['', '', ' --to-ports 5000', ' --to-ports 5000-5001', ' --random']) : ''}`,
  ],
  [12, (place) => in_('mangle', 'PREROUTING')(place) && withPorts(place), tproxy],
  [10, in_('filter', 'INPUT', 'FORWARD', 'OUTPUT'), reject],
];

const DNAT: Readonly<Record<Family, readonly string[]>> = {
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
};
const SNAT: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.244.0.5', '127.0.0.6', '169.254.7.127', '192.168.50.5', '10.0.0.200', '10.244.0.6-10.244.0.8', '10.244.0.4-10.244.0.6'],
  6: ['fd00:10:244::5', '::6', 'fd16:9254::1', 'fd00:192:168:50::5', '2001:db8::200', 'fd00:10:244::4-fd00:10:244::6'],
};

const NETMAP: Readonly<Record<Family, readonly string[]>> = {
  4: ['10.0.0.0/24', '10.244.0.0/16', '192.168.50.0/24', '127.0.0.0/8', '10.0.0.9'],
  6: ['2001:db8::/64', 'fd00:10:244::/64', 'fd00:192:168:50::/112', '2001:db8::9'],
};

/** Type of service, hops, and the bits of congestion notification. */
function headerField({ pick, weighted }: Random, { family, proto }: TargetPlace): string {
  const hops = family === 4 ? 'TTL --ttl' : 'HL --hl';
  return weighted([
    [3, `-j TOS --set-tos ${pick(['0x10', '0x08/0x3f', '0xff/0x0f', '0x01/0x00', 'Normal-Service'])}`],
    [1, `-j TOS --${pick(['and', 'or', 'xor'])}-tos ${pick(['0x10', '0x03', '0xfc'])}`],
    [3, `-j DSCP ${pick(['--set-dscp 0', '--set-dscp 0x2e', '--set-dscp-class AF21'])}`],
    [4, `-j ${hops}-${pick(['set 0', 'set 1', 'set 64', 'set 255', 'inc 1', 'inc 200', 'dec 1', 'dec 64', 'dec 200'])}`],
    [
      family === 4 ? 2 : 0,
      proto === 'tcp' ? `-j ECN ${pick(['--ecn-tcp-remove', '--ecn-tcp-ece 1', '--ecn-tcp-cwr 1'])}` : '-j ECN --ecn-ip-ect 1',
    ],
  ]);
}

export function randomTarget(random: Random, place: TargetPlace): string {
  const possible = TARGETS.filter(([, stands]) => stands(place)).map(([weight, , target]) => [weight, target] as const);
  return random.weighted(possible)(random, place);
}

function redirect({ chance, pick }: Random, place: TargetPlace): string {
  if (withPorts(place) && chance(0.1)) return '-j REDIRECT --to-ports 15001-15006 --random';
  return withPorts(place) && chance(0.85)
    ? `-j REDIRECT --to-ports ${pick(['15001', '15006', '15053', '15001-15006', '8080'])}`
    : '-j REDIRECT';
}

function endpoint({ chance, pick }: Random, place: TargetPlace, addresses: readonly string[]): string {
  const address = pick(addresses);
  if (!withPorts(place) || chance(0.5)) return address;
  const ports = addresses === DNAT[place.family] ? pick(['8080', '15001', '53', '8000-8080']) : pick(['5000', '5000-5001', '40000-40001']);
  return place.family === 6 ? `[${address}]:${ports}` : `${address}:${ports}`;
}

function tproxy(random: Random, { family }: TargetPlace): string {
  const { chance, pick } = random;
  const onIp = chance(0.25) ? ` --on-ip ${family === 4 ? '127.0.0.1' : '::1'}` : '';
  return `-j TPROXY --on-port ${pick([15001, 15006, 15053, 0])}${onIp} --tproxy-mark ${hex(pick(MARKS))}/${hex(pick(MASKS))}`;
}

const ANSWERS: Readonly<Record<Family, readonly string[]>> = {
  4: ['icmp-port-unreachable', 'icmp-admin-prohibited', 'icmp-net-unreachable', 'icmp-host-prohibited'],
  6: ['icmp6-port-unreachable', 'icmp6-adm-prohibited', 'icmp6-no-route'],
};

function reject({ pick, chance }: Random, { family, proto }: TargetPlace): string {
  if (proto === 'tcp' && chance(0.4)) return '-j REJECT --reject-with tcp-reset';
  return `-j REJECT --reject-with ${pick(ANSWERS[family])}`;
}

function connmarkMasks({ chance, pick }: Random): string {
  return chance(0.5) ? '' : ` --nfmask ${hex(pick(MASKS))} --ctmask ${hex(pick(MASKS))}`;
}
