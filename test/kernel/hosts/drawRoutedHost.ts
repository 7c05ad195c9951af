/** Random hosts whose routing decides: addresses of all kinds, routes, rules, sysctls; and what is sent and asked there. */
import type { Random } from '../generate/random.ts';
import type { RoutedHost, Send } from './routedHost.ts';

const NICS = ['eth0', 'net1', 'tun0'] as const;
const OWN = [
  '10.1.0.5/24',
  '10.1.0.6/24',
  '10.1.0.7/16',
  '10.2.0.5/16',
  '10.2.3.5/24 scope link',
  '192.168.50.5/24',
  '192.168.50.6/25',
  '192.168.60.1/31',
  '169.254.7.1/32 scope link',
  '169.254.1.5/16 scope link',
  '169.254.2.5/16',
  '10.9.0.2 peer 10.9.0.1/32',
  '10.9.1.2 peer 10.9.2.1/24',
  '172.16.0.1/32',
  '172.16.0.2/32 scope host',
  '10.3.0.5/24 noprefixroute',
  '10.4.0.5/24 preferred_lft 0',
  'fd00:1::5/64',
  'fd00:1::6/64',
  'fd00:1::7/64 preferred_lft 0',
  'fd00:2::5/64',
  'fd00:2::5:6/112',
  'fd00:3::5/128',
  'fd00:4::5/64 noprefixroute',
  'fd00:9::2 peer fd00:9::1/128',
  'fd00:a::2 peer fd00:b::1/64',
  '2001:db8:1::5/64',
  'fe80::5/64',
];
const GATES: Readonly<Record<4 | 6, readonly string[]>> = {
  4: ['10.1.0.1', '10.2.0.1', '192.168.50.1', '10.9.0.1', '169.254.1.1', '10.3.0.1'],
  6: ['fd00:1::1', 'fd00:2::1', 'fe80::1', 'fd00:9::1', '2001:db8:1::1'],
};
const TO: Readonly<Record<4 | 6, readonly string[]>> = {
  4: [
    'default',
    'default',
    'default',
    '9.9.9.0/24',
    '9.9.0.0/16',
    '10.2.3.0/24',
    '169.254.169.254/32',
    '10.1.0.0/25',
    '192.0.2.0/24',
    '10.4.0.0/24',
  ],
  6: [
    'default',
    'default',
    'default',
    '2001:db8:9::/48',
    '2001:db8::/32',
    'fd00:2::/64',
    'fd00:1::8/125',
    '2001:db8:2::/64',
    'fd00:4::/64',
  ],
};
const DST: Readonly<Record<4 | 6, readonly string[]>> = {
  4: [
    '9.9.9.9',
    '9.9.1.1',
    '8.8.8.8',
    '10.1.0.9',
    '10.1.9.9',
    '10.2.3.7',
    '10.2.9.9',
    '192.168.50.9',
    '169.254.169.254',
    '169.254.7.1',
    '10.9.0.1',
    '10.9.2.9',
    '192.0.2.5',
    '10.3.0.9',
    '10.4.0.9',
    '172.16.0.1',
    '127.0.0.1',
    '127.0.0.9',
    '10.1.0.255',
    '192.168.60.0',
  ],
  6: [
    '2001:db8:9::9',
    '2001:db8:77::1',
    '2001:4860::8',
    'fd00:1::9',
    'fd00:2::9',
    'fd00:2::5:9',
    'fd00:4::9',
    'fd00:9::1',
    'fd00:b::1',
    'fd00:b::7',
    '2001:db8:2::5',
    '2001:db8:1::9',
    'fd00:3::5',
    '::1',
    'fd00:1::',
    'fe80::9',
  ],
};
const SYSCTLS = ['route_localnet', 'rp_filter', 'accept_local', 'src_valid_mark', 'ignore_routes_with_linkdown', 'forwarding'];

export function drawRoutedHost(random: Random): RoutedHost {
  const { pick, chance, some, below } = random;
  const names = NICS.slice(0, chance(0.05) ? 0 : 1 + below(3));
  const pool = some(OWN, 0.35);
  const interfaces = names.map((name) => {
    const state = chance(0.1) ? (chance(0.5) ? ({ state: 'down' } as const) : ({ state: 'down', late: true } as const)) : {};
    return {
      name,
      addresses: pool.filter((_, index) => names[index % Math.max(1, names.length)] === name),
      ...(chance(0.05) ? { state: 'no-carrier' as const } : state),
      ...(chance(0.2) && { group: 7 }),
      mtu: chance(0.6) ? 1500 : pick([1280, 1400, 9000]),
    };
  });
  const lo = chance(0.2) ? [{ name: 'lo', addresses: some(['10.99.0.1/32', '::6/128', '10.98.0.0/24', 'fd00:7::1/64'], 0.5) }] : [];
  const routes = Array.from({ length: below(7) }, () => drawRoute(random, names));
  const tables = ['100', '200'].map((table) => [table, Array.from({ length: 1 + below(3) }, () => drawRoute(random, names))] as const);
  const moved = chance(0.15);
  const rules = Array.from({ length: below(5) }, (_, index) =>
    drawRule(random, { pref: 100 + 10 * index + below(5), here: pool.slice(0, names.length === 0 ? 0 : undefined) }),
  );
  const sysctls = some(SYSCTLS, 0.3).map((name): readonly [string, string] => {
    const place = pick(['all', 'default', ...names]);
    const value = name === 'rp_filter' ? pick(['0', '1', '2']) : pick(['0', '1', '1']);
    return [`net.ipv4.conf.${place}.${name}`, value];
  });
  const isSaidOfAll = sysctls.some(([key]) => key === 'net.ipv4.conf.all.forwarding');
  const sysctls6: readonly (readonly [string, string])[] = [
    ...(chance(0.4) ? [['net.ipv6.conf.all.forwarding', '1'] as const] : []),
    ...(chance(0.2) ? [[`net.ipv6.conf.${pick(['all', ...names])}.ignore_routes_with_linkdown`, '1'] as const] : []),
  ];
  return {
    interfaces: [...interfaces, ...lo],
    routes,
    route_tables: Object.fromEntries(tables),
    ip_rules: [...rules, ...(moved ? [4, 6].flatMap((of) => [`-${of} pref 125 lookup local`, `-${of} pref 32766 lookup main`]) : [])],
    ...(moved && { default_rules: false }),
    sysctls: Object.fromEntries([...(chance(0.6) && !isSaidOfAll ? [['net.ipv4.ip_forward', '1'] as const] : []), ...sysctls, ...sysctls6]),
  };
}

function drawRoute({ pick, chance, weighted }: Random, names: readonly string[]): string {
  const family = pick([4, 6] as const);
  const dev = names.length === 0 ? 'lo' : pick(names);
  const to = pick(TO[family]);
  const metric = chance(0.3) ? ` metric ${pick(['50', '100', '1024'])}` : '';
  const tos = family === 4 && chance(0.12) ? ` tos ${pick(['0x10', '0x08'])}` : '';
  const src = chance(0.15) ? ` src ${pick(OWN.filter((text) => text.includes(':') === (family === 6)).map(addressOf))}` : '';
  const mtu = chance(0.15) ? ` mtu ${chance(0.4) ? 'lock ' : ''}${pick(['1300', '1450', '2000'])}` : '';
  const scope = family === 4 && chance(0.1) ? ` scope ${pick(['global', 'link'])}` : '';
  const via = (): string => `via ${pick(GATES[family])} dev ${names.length === 0 ? 'lo' : pick(names)} onlink`;
  const body = weighted([
    [8, `${to}${tos} ${via()}${metric}${src}${mtu}`],
    [5, `${to}${tos} dev ${dev}${metric}${src}${scope}${mtu}`],
    [2, `local ${pick([to, family === 4 ? '192.0.2.0/24' : '2001:db8:2::/64'])} dev ${family === 6 || chance(0.7) ? 'lo' : dev}${src}`],
    [2, `${pick(['blackhole', 'unreachable', 'prohibit', 'throw'])} ${to}${metric}`],
    [3, `${to}${metric}${mtu} nexthop ${via()} nexthop ${via()}`],
    [family === 4 ? 1 : 0, `${to} via inet6 fe80::9 dev ${dev}${metric}`],
  ]);
  return `-${family} ${body.replace(/^local default/, `local ${family === 4 ? '0.0.0.0/0' : '::/0'}`)}`;
}

function addressOf(text: string): string {
  return (text.split(/[ /]/)[0] ?? '') as string;
}

interface RulePlace {
  readonly pref: number;
  /** addresses of the host */
  readonly here: readonly string[];
}

function drawRule({ pick, chance, some, weighted }: Random, { pref, here }: RulePlace): string {
  const family = pick([4, 6] as const);
  const known = chance(0.7) ? here : OWN;
  const own = [...known, ...OWN].filter((text) => text.includes(':') === (family === 6)).map(addressOf);
  const from = pick(own.slice(0, chance(0.6) ? 3 : undefined));
  const selectors = some(
    [
      `from ${chance(0.7) ? from : family === 4 ? '10.0.0.0/8' : 'fd00::/8'}`,
      `to ${pick(TO[family].filter((to) => to !== 'default'))}`,
      `fwmark ${pick(['7', '0x4/0x4'])}`,
      `uidrange ${pick(['1000-2000', '0-0', '0-999'])}`,
      `ipproto ${pick(['tcp', 'udp'])}`,
      `dport ${pick(['443', '80-443', '53'])}`,
      `tos ${pick(['0x10', '0x08'])}`,
      `iif ${pick([...NICS, 'lo'])}`,
      `oif ${pick(NICS)}`,
      `sport ${pick(['1-65534', '1-1023'])}`,
    ],
    0.18,
  );
  const action = weighted([
    [8, `lookup ${pick(['100', '200'])}`],
    [2, `lookup main suppress_prefixlength ${pick(['0', '16', '24'])}`],
    [1, 'lookup main suppress_ifgroup 7'],
    [1, pick(['prohibit', 'unreachable', 'blackhole'])],
    [1, 'nop'],
    [2, `goto ${pick(['120', '130', '32766'])}`],
  ]);
  return [`-${family}`, ...(chance(0.12) && selectors.length > 0 ? ['not'] : []), `pref ${pref}`, ...selectors, action].join(' ');
}

export function drawSend({ pick, chance }: Random, { interfaces }: RoutedHost): Send {
  const family = pick([4, 6] as const);
  const nics = interfaces.filter(({ name }) => name !== 'lo').map(({ name }) => name);
  // nothing arrives on an interface that is down
  const up = interfaces.filter(({ name, state }) => name !== 'lo' && state !== 'down').map(({ name }) => name);
  const own = interfaces.flatMap(({ addresses }) => addresses.map(addressOf)).filter((text) => text.includes(':') === (family === 6));
  const proto = pick(['tcp', 'udp'] as const);
  const how: Send['how'] =
    up.length > 0 && chance(0.45) ? pick(['get', 'arrive'] as const) : proto === 'udp' && chance(0.5) ? 'sendto' : 'connect';
  const dst = chance(0.15) && own.length > 0 ? pick(own) : pick(DST[family]);
  const bytes = pick([1281, 1320, 1420, 1480, 1600, 3000]);
  const sized = { size: bytes, ...(chance(0.6) && { df: chance(0.6) }) };
  const common = {
    how,
    proto,
    proto_number: proto === 'tcp' ? 6 : 17,
    dst,
    dport: pick([80, 443, 53, 8080]),
    uid: pick([0, 1000, 3000]),
    ...(chance(0.25) && { mark: pick([7, 4]) }),
    ...(chance(0.15) && { tos: pick([0x10, 0x08, 0x30]) }),
  };
  if (how === 'arrive') {
    const { mark: _, ...packet } = common;
    const iif = pick(up);
    // a link brings nothing that is longer than it takes
    const most = interfaces.find(({ name }) => name === iif)?.mtu ?? 1500;
    return { ...packet, uid: 0, iif, src: pick([...DST[family], ...own]), sport: 40000, ...(chance(0.5) && bytes <= most && sized) };
  }
  if (how === 'get') return { ...common, uid: 0, iif: pick(up), src: pick([...DST[family], ...own]), sport: 40000 };
  return {
    ...common,
    ...(chance(0.15) && own.length > 0 && { src: pick(own), sport: pick([40000, 1023]) }),
    ...(chance(0.08) && nics.length > 0 && { oif: pick(nics) }),
    ...(chance(0.3) && proto === 'udp' && sized),
  };
}
