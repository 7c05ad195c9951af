/** Hosts around the rules: addresses, routes, policy routing, sysctls, listeners. */
import fc from 'fast-check';
import type { HostDescription } from '../../host/hostDescription.ts';
import { checkOptions } from '../library/options.ts';

export type { HostDescription } from '../../host/hostDescription.ts';

export interface HostOptions {
  /** with the ipsets that `rulesets({ sets: true })` names; false when absent */
  readonly sets?: boolean;
}

/** Hosts with the interfaces eth0 and net1 and addresses of both families. They shrink to one that routes all through eth0 and listens nowhere.
 *  @throws InputError when an option cannot be used */
export function hosts(given: HostOptions = {}): fc.Arbitrary<HostDescription> {
  checkOptions(given, { sets: 'flag' });
  const { sets = false } = given;
  const parts = fc.record({
    eth0: fc.subarray(['10.244.0.77/24', '10.99.0.1/16', 'fd00:10:244::77/64', 'fe80::5/64']),
    lo: fc.subarray(['::6/128', '10.0.0.10/32']),
    out: fc.constantFrom(...(['eth0', 'eth0', 'eth0', 'net1'] as const)),
    defaults: fc.record({ v4: mostly, v6: mostly }),
    routes: fc.subarray(ROUTES),
    policy: fc.subarray(POLICY),
    throughNet1: fc.subarray(THROUGH_NET1),
    byInterface: fc.constantFrom(undefined, undefined, undefined, ...BY_INTERFACE),
    pairs: fc.subarray(PAIRS),
    forwards: fc.record({ v4: mostly, v6: mostly }),
    localnet: fc.constantFrom('0', '0', '0', '0', '1'),
    rpFilter: fc.constantFrom('0', '0', '1', '2'),
    veth: rarely,
    group: fc.constantFrom(undefined, undefined, undefined, 1, 5),
    listeners: fc.subarray(LISTENERS),
    transparent: fc.boolean(),
  });
  return parts.map((chosen) => ({ ...described(chosen), ...(sets ? { sets: SETS } : {}) }));
}

const mostly = fc.constantFrom(true, true, true, false);
const rarely = fc.constantFrom(false, false, false, false, false, true);

const ROUTES = [
  '10.8.0.0/16 via 192.168.50.1 dev net1',
  'blackhole 172.31.0.0/24',
  '-6 fd00:8::/32 via fd00:192:168:50::1 dev net1',
  '-6 blackhole 2001:db8:31::/48',
];

/** What goes through net1 whatever its destination. */
const THROUGH_NET1 = [
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

/** The same, by interfaces. What is sent comes from lo; only bound sockets and routes that are looked up for an interface name one to leave by. */
const BY_INTERFACE = [
  'not oif eth0 lookup 200',
  '-6 not oif eth0 lookup 200',
  'oif net1 lookup 200',
  '-6 oif eth0 lookup 200',
  'not iif eth0 lookup 200',
  '-6 not iif lo lookup 200',
];

/** Networks of two addresses, which have neither a broadcast address nor one for all routers. */
const PAIRS = ['192.168.51.4/31', 'fd00:192:168:51::5/127'];

interface Policy {
  readonly rules: readonly string[];
  readonly table: string;
  readonly routes: readonly string[];
}

/** Marks that are delivered here, as TPROXY requires it, and a way through net1. */
const POLICY: Policy[] = [
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
  { rules: [], table: '200', routes: ['default via 192.168.50.1 dev net1', '-6 default via fd00:192:168:50::1 dev net1'] },
];

const LISTENERS = [
  { proto: 'tcp', port: 15001, process: 'proxy' },
  { proto: 'tcp', port: 15006, process: 'proxy', transparent: true },
  { proto: 'udp', port: 15053, process: 'proxy' },
  { proto: 'tcp', port: 8080, process: 'app' },
  { proto: 'tcp', port: 80, address: '10.244.0.5', process: 'app' },
  { proto: 'udp', port: 53, address: '127.0.0.1', process: 'app' },
  { proto: 'tcp', port: 443, address: 'fd00:10:244::5', process: 'app', transparent: true },
];

/** ipsets that random rules name. */
const SETS: NonNullable<HostDescription['sets']> = {
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

interface Parts {
  readonly eth0: readonly string[];
  readonly lo: readonly string[];
  readonly out: 'eth0' | 'net1';
  readonly defaults: { readonly v4: boolean; readonly v6: boolean };
  readonly routes: readonly string[];
  readonly policy: readonly Policy[];
  readonly throughNet1: readonly string[];
  readonly byInterface: string | undefined;
  readonly pairs: readonly string[];
  readonly forwards: { readonly v4: boolean; readonly v6: boolean };
  readonly localnet: string;
  readonly rpFilter: string;
  readonly veth: boolean;
  readonly group: number | undefined;
  readonly listeners: NonNullable<HostDescription['listeners']>;
  readonly transparent: boolean;
}

function described(parts: Parts): HostDescription {
  const { eth0, lo, out, defaults, policy, forwards, group, transparent, byInterface } = parts;
  const throughNet1 = byInterface === undefined ? parts.throughNet1 : [byInterface, ...parts.throughNet1];
  const type = parts.veth ? { type: 'veth' as const } : {};
  const gateway = out === 'eth0' ? ['10.244.0.1', 'fd00:10:244::1'] : ['192.168.50.1', 'fd00:192:168:50::1'];
  return {
    interfaces: [
      ...(lo.length > 0 ? [{ name: 'lo', addresses: lo }] : []),
      { name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64', ...eth0], ...type, ...(group === undefined ? {} : { group }) },
      { name: 'net1', addresses: ['192.168.50.5/24', 'fd00:192:168:50::5/64', ...parts.pairs], ...type },
    ],
    routes: [
      ...(defaults.v4 ? [`default via ${gateway[0]} dev ${out}`] : []),
      ...(defaults.v6 ? [`-6 default via ${gateway[1]} dev ${out}`] : []),
      ...parts.routes,
    ],
    ip_rules: policy.flatMap(({ rules, table }) => (table === '200' ? throughNet1 : rules)),
    route_tables: Object.fromEntries(policy.map(({ table, routes }) => [table, routes])),
    sysctls: {
      'net.ipv4.ip_forward': forwards.v4 ? '1' : '0',
      'net.ipv6.conf.all.forwarding': forwards.v6 ? '1' : '0',
      'net.ipv4.conf.all.route_localnet': parts.localnet,
      'net.ipv4.conf.all.rp_filter': parts.rpFilter,
    },
    listeners: parts.listeners.map((one) => (one.process === 'proxy' && one.transparent === undefined ? { ...one, transparent } : one)),
    processes: { app: { uid: 1000, gid: 1000 }, proxy: { uid: 1337, gid: 1337 } },
  };
}
