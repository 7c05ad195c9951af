/** A host as a question to the kernel oracle: interfaces, routes, routing rules, sysctls, sockets, ipsets. */
import { pastRules } from '../../host/bridge.ts';
import type { Host, Listener, Route, RoutingRule } from '../../host/host.ts';
import { ipAddressText, ipRouteText, ipRuleText } from '../../host/ipText.ts';
import { defaultRules, derivedRoutes } from '../../host/routing.ts';
import { type Address, type Family, formatAddress } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';

export type WorldQuestion = Readonly<Record<string, unknown>>;

/** `packets`: that will be asked about: a listener on every port is one on each of theirs, and a frame has a card's address, or a mark. */
export function worldQuestion(host: Host, packets: readonly Packet[]): WorldQuestion {
  const framed = framedInterfaces(packets);
  return {
    interfaces: host.interfaces.map(({ name, addresses, group, mtu, state }) => ({
      name,
      addrs: addresses.filter(({ address }) => name !== 'lo' || !isLoopback(address)).map(ipAddressText),
      group,
      ...(mtu !== undefined && { mtu }),
      ...(state === 'down' && { down: true }),
      ...(framed.has(name) && { type: 'veth' }),
    })),
    routes: addedRoutes(host).map((route) => ipRouteText(route, true)),
    ip_rules: host.rules.filter((rule) => !isDefault(rule)).map(ipRuleText),
    no_ip_rules: missingRules(host),
    sysctls: Object.fromEntries([...host.sysctls].filter(([key]) => isRead(key, host))),
    listeners: host.listeners.flatMap((listener) => sockets(host, listener, packets)),
    sets: Object.fromEntries(host.sets),
  };
}

/** Where packets arrive that need a frame: from a card's address, or with a mark. */
export function framedInterfaces(packets: readonly Packet[]): ReadonlySet<string> {
  return new Set(packets.flatMap(({ dir, mac, mark, iif }) => (dir === 'in' && iif && (mac !== undefined || mark !== 0) ? [iif] : [])));
}

/** What of the host a kernel would not have: undefined when it can be made. */
export function unmadeOf(host: Host): string | undefined {
  const { interfaces, routes, rules } = host;
  const unknown = [...routes, ...rules].find((one) => one.unknown !== undefined)?.unknown;
  if (unknown !== undefined) return `the host has \`${unknown}\` among its routes and rules`;
  const bridges = (name: string): boolean => ([4, 6] as const).some((family) => pastRules(host, family, name) !== undefined);
  const odd = interfaces.find(
    (nic) => bridges(nic.name) || nic.master !== undefined || nic.state === 'no-carrier' || (nic.type ?? 'veth') !== 'veth',
  );
  return odd === undefined ? undefined : `interface \`${odd.name}\` is a bridge or a VRF, belongs to one, or has no carrier`;
}

function isLoopback(address: Address): boolean {
  return address === 0x7f00_0001 || address === 1n;
}

/** The kernel makes the others by itself. */
function addedRoutes(host: Host): readonly Route[] {
  const own = new Set(derivedRoutes(host).map(routeKey));
  return host.routes.filter((route) => !own.has(routeKey(route)));
}

function routeKey({ src: _, scope: _scope, ...route }: Route): string {
  return ipRouteText(route, true);
}

function isDefault(rule: RoutingRule): boolean {
  return defaultRules(rule.family).some((one) => ipRuleText(one) === ipRuleText(rule));
}

/** Rules that every namespace has, and this host does not; IPv6 has no rule for the table default. */
function missingRules({ rules }: Host): readonly string[] {
  const there = new Set(rules.map(ipRuleText));
  const usual = ([4, 6] as const).flatMap((family: Family) => defaultRules(family).slice(0, family === 4 ? 3 : 2));
  return usual.filter((rule) => !there.has(ipRuleText(rule))).map(({ family, priority }) => `-${family} pref ${priority}`);
}

/** Those that answers depend on; a dump of all has many that no namespace of its own has. */
const READ = [
  /^net\.ipv4\.ip_forward$/,
  /^net\.ipv[46]\.ip_nonlocal_bind$/,
  /^net\.ipv4\.icmp_echo_ignore_(?:all|broadcasts)$/,
  /^net\.ipv6\.icmp\.echo_ignore_(?:all|multicast|anycast)$/,
  /^net\.netfilter\.nf_conntrack_tcp_(?:loose|be_liberal)$/,
];
const OF_INTERFACE = /^net\.ipv[46]\.conf\.(.+)\.(?:route_localnet|rp_filter|src_valid_mark|accept_local|forwarding|send_redirects)$/;

function isRead(key: string, { interfaces }: Host): boolean {
  if (READ.some((pattern) => pattern.test(key))) return true;
  const [, name] = OF_INTERFACE.exec(key) ?? [];
  return name !== undefined && (name === 'all' || name === 'default' || interfaces.some((one) => one.name === name));
}

/** A listener without an address is one socket per family. */
function sockets(host: Host, listener: Listener, packets: readonly Packet[]): readonly unknown[] {
  const { proto, port, address, family, transparent, process } = listener;
  const { uid = 0, gid = 0 } = host.processes.get(process) ?? {};
  const ports = port === undefined ? freePorts(host, proto, packets) : [port];
  const every = [...(family === 6 ? [] : ['0.0.0.0']), ...(family === 4 ? [] : ['::'])];
  const addresses = address === undefined ? every : [formatAddress(address)];
  return ports.flatMap((one) =>
    addresses.map((addr) => ({ proto: proto === PROTO.tcp ? 'tcp' : 'udp', port: one, addr, transparent, uid, gid })),
  );
}

function freePorts({ listeners }: Host, proto: number, packets: readonly Packet[]): readonly number[] {
  const taken = new Set(listeners.flatMap((one) => (one.proto === proto && one.port !== undefined ? [one.port] : [])));
  const asked = packets.flatMap(({ proto: of, dport = 0 }) => (of === proto && dport > 0 ? [dport] : []));
  return [...new Set(asked)].filter((port) => !taken.has(port));
}
