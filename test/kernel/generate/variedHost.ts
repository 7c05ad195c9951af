/** The same host with another way to check sources, to forward, and to route what is marked. */
import type { HostJson } from '../question.ts';
import type { Random } from './random.ts';

/** What a rule asks besides the mark: also of packets that are routed again. */
const ASKED_TOO = [
  'ipproto tcp',
  'ipproto udp',
  'sport 40000',
  'dport 443-15001',
  'ipproto tcp dport 80',
  'tos 0x10',
  'uidrange 1-1336',
  'iif lo',
  'iif lo ipproto tcp',
  'oif eth0',
];

export function varied({ pick, chance }: Random, host: HostJson): HostJson {
  const { interfaces, sysctls = {}, ip_rules = [], route_tables = {}, listeners } = host;
  const others = interfaces.filter(({ name }) => name !== 'lo');
  const second = others.length > 1 ? [] : [{ name: 'net1', addresses: ['192.168.50.5/24', 'fd00:192:168:50::5/64'] }];
  const dev = [...others, ...second].at(-1)?.name ?? 'net1';
  const marked = chance(0.6) && route_tables['200'] === undefined;
  const proxied = chance(0.4) && route_tables['133'] === undefined;
  return {
    ...host,
    interfaces: [...interfaces, ...second],
    sysctls: {
      ...sysctls,
      'net.ipv4.conf.all.rp_filter': pick(['0', '1', '2']),
      'net.ipv4.ip_forward': pick(['0', '1', '1']),
      'net.ipv6.conf.all.forwarding': pick(['0', '1', '1']),
      'net.ipv4.conf.all.route_localnet': pick(['0', '0', '1']),
      'net.ipv4.conf.all.src_valid_mark': pick(['0', '0', '1']),
      'net.netfilter.nf_conntrack_tcp_loose': pick(['1', '1', '0']),
      'net.ipv4.fwmark_reflect': pick(['0', '0', '1']),
      'net.ipv4.tcp_fwmark_accept': pick(['0', '0', '1']),
    },
    ip_rules: [
      ...ip_rules,
      ...(marked ? ['', '-6 '].map((family) => `${family}fwmark 7 ${chance(0.5) ? '' : pick(ASKED_TOO)} lookup 200`) : []),
      ...(proxied ? ['fwmark 1337 lookup 133', '-6 fwmark 1337 lookup 133'] : []),
    ],
    route_tables: {
      ...route_tables,
      ...(marked && { 200: [`default dev ${dev}`, `-6 default dev ${dev}`] }),
      ...(proxied && { 133: ['local 0.0.0.0/0 dev lo', '-6 local ::/0 dev lo'] }),
    },
    ...(listeners && { listeners: listeners.map((one) => (chance(0.3) ? { ...one, transparent: true } : one)) }),
  };
}
