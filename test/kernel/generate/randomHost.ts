/** Random surroundings of the rules: addresses, routes, policy routing, sysctls, listeners. */
import type { HostJson } from '../question.ts';
import type { Random } from './random.ts';

/** What goes through net1 whatever its destination. */
const THROUGH_NET1: readonly string[] = [
  'fwmark 7 lookup 200',
  '-6 fwmark 7 lookup 200',
  'from 10.244.0.77 lookup 200',
  '-6 from fd00:10:244::77 lookup 200',
  'iif net1 lookup 200',
  '-6 iif net1 lookup 200',
  'to 10.0.0.8/30 lookup 200',
  '-6 to 2001:db8::8/126 lookup 200',
  'not fwmark 0/0x1 lookup 200',
];

/** ipsets that random rules name. */
const SETS: NonNullable<HostJson['sets']> = {
  addresses4: { type: 'hash:ip', members: ['10.244.0.5', '10.0.0.9', '127.0.0.6'] },
  networks4: { type: 'hash:net', members: ['10.0.0.8/30', '192.168.50.0/24', '127.0.0.0/8'] },
  ends4: {
    type: 'hash:ip,port',
    members: ['10.244.0.5,tcp:8080', '10.0.0.9,tcp:80', '10.0.0.9,udp:53', '127.0.0.1,tcp:15001', '10.244.0.5,tcp:40000'],
  },
  addresses6: { type: 'hash:ip', members: ['fd00:10:244::5', '2001:db8::9', '::6'] },
  networks6: { type: 'hash:net', members: ['2001:db8::8/126', 'fd00:192:168:50::/64'] },
  ends6: { type: 'hash:ip,port', members: ['fd00:10:244::5,tcp:8080', '2001:db8::9,udp:53', '::1,tcp:15001'] },
};

export function randomHost(random: Random): HostJson {
  const { chance, some, pick } = random;
  const eth0 = [
    '10.244.0.5/24',
    ...some(['10.244.0.77/24', '10.99.0.1/16'], 0.4),
    'fd00:10:244::5/64',
    ...some(['fd00:10:244::77/64', 'fe80::5/64'], 0.4),
  ];
  const lo = some(['::6/128', '10.0.0.10/32'], 0.4);
  const out = pick(['eth0', 'eth0', 'eth0', 'net1']);
  const gateway = out === 'eth0' ? ['10.244.0.1', 'fd00:10:244::1'] : ['192.168.50.1', 'fd00:192:168:50::1'];
  const policy = some(
    [
      {
        rules: ['fwmark 1337 lookup 133', '-6 fwmark 1337 lookup 133'],
        table: '133',
        routes: ['local 0.0.0.0/0 dev lo', '-6 local ::/0 dev lo'],
      },
      {
        rules: ['fwmark 0x111/0xfff lookup 100', '-6 fwmark 0x111/0xfff lookup 100'],
        table: '100',
        routes: ['local default dev lo', '-6 local default dev lo'],
      },
      {
        rules: some(THROUGH_NET1, 0.4),
        table: '200',
        routes: ['default via 192.168.50.1 dev net1', '-6 default via fd00:192:168:50::1 dev net1'],
      },
    ],
    0.5,
  );
  const sysctls = {
    'net.ipv4.ip_forward': chance(0.6) ? '1' : '0',
    'net.ipv6.conf.all.forwarding': chance(0.6) ? '1' : '0',
    'net.ipv4.conf.all.route_localnet': chance(0.2) ? '1' : '0',
    'net.ipv4.conf.all.rp_filter': pick(['0', '0', '1', '2']),
  };
  const type = chance(0.15) ? { type: 'veth' as const } : {};
  return {
    interfaces: [
      ...(lo.length > 0 ? [{ name: 'lo', addresses: lo }] : []),
      { name: 'eth0', addresses: eth0, ...type, ...(chance(0.4) ? { group: pick([1, 5]) } : {}) },
      { name: 'net1', addresses: ['192.168.50.5/24', 'fd00:192:168:50::5/64'], ...type },
    ],
    routes: [
      ...(chance(0.9) ? [`default via ${gateway[0]} dev ${out}`] : []),
      ...(chance(0.9) ? [`-6 default via ${gateway[1]} dev ${out}`] : []),
      ...some(
        [
          '10.8.0.0/16 via 192.168.50.1 dev net1',
          'blackhole 172.31.0.0/24',
          '-6 fd00:8::/32 via fd00:192:168:50::1 dev net1',
          '-6 blackhole 2001:db8:31::/48',
        ],
        0.6,
      ),
    ],
    ip_rules: policy.flatMap(({ rules }) => rules),
    route_tables: Object.fromEntries(policy.map(({ table, routes }) => [table, routes])),
    sysctls,
    listeners: some(
      [
        { proto: 'tcp', port: 15001, process: 'proxy', transparent: chance(0.5) },
        { proto: 'tcp', port: 15006, process: 'proxy', transparent: true },
        { proto: 'udp', port: 15053, process: 'proxy', transparent: chance(0.5) },
        { proto: 'tcp', port: 8080, process: 'app' },
        { proto: 'tcp', port: 80, address: '10.244.0.5', process: 'app' },
        { proto: 'udp', port: 53, address: '127.0.0.1', process: 'app' },
        { proto: 'tcp', port: 443, address: 'fd00:10:244::5', process: 'app', transparent: true },
      ],
      0.6,
    ),
    sets: SETS,
    processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid: 1337, gid: 1337 } },
  };
}
