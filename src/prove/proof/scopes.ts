/** The sets of packets that claims speak of, as conditions. */
import { addressesOfType } from '../../host/addrType.ts';
import { normalize, point } from '../../lib/intervals.ts';
import type { ListenerRole } from '../../mesh/profile.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import { ALWAYS, and, equals, inSet, masked, NEVER, not, or } from '../../netfilter/matchExpr.ts';
import type { Address } from '../../packet/address.ts';
import { familyOf, parseAddress, parsePrefix, prefixRange } from '../../packet/address.ts';
import { TCP_FLAGS } from '../../packet/fields.ts';
import { PROTO } from '../../packet/protocol.ts';
import { rulesAt } from '../../ruleset/ruleShape.ts';
import type { ProofContext } from './context.ts';

/** An unfragmented packet that opens a connection: a TCP SYN without other flags, an ICMP echo request, or any of another protocol. */
export const isNew: MatchExpr = and(
  equals('fragOffset', 0),
  or(
    masked('flags', TCP_FLAGS.S, 0xff),
    and(equals('proto', PROTO.icmp), equals('icmpType', 8)),
    and(equals('proto', PROTO.icmpv6), equals('icmpType', 128)),
    not(inSet('proto', [PROTO.tcp, PROTO.icmp, PROTO.icmpv6].map(point))),
  ),
);

export const isTcp: MatchExpr = equals('proto', PROTO.tcp);
export const isTcpOrUdp: MatchExpr = or(isTcp, equals('proto', PROTO.udp));
/** Not sent to one server's port by a server: net.ipv4.ip_local_port_range */
export const fromEphemeralPort: MatchExpr = inSet('sport', [{ lo: 32768, hi: 60999 }]);

/** Not what the kernel sends by itself. */
export const ofProcesses: MatchExpr = { kind: 'present', field: 'uid' };

/** Sent by the proxy for a connection of its own: by its user (root: its group), with the mark that it sets. */
export function ofProxy({ declared, profile }: ProofContext): MatchExpr {
  const { knownBy, proxyUids, proxyGids } = declared;
  const mark = profile?.listeners.find(({ role }) => role === 'outbound')?.emits?.mark ?? 0;
  const owner = knownBy === 'mark' ? ALWAYS : knownBy === 'gid' ? inSet('gid', proxyGids.map(point)) : inSet('uid', proxyUids.map(point));
  return and(ofProcesses, owner, equals('mark', mark));
}

/** Sent by any user of the proxy's group, where some rule matches on that group: then it is the proxy's, of any user. */
export function ofProxyGroup({ declared, ruleset }: ProofContext): MatchExpr {
  const asked = rulesAt(ruleset, 'OUTPUT', 'nat').flatMap(({ has, hasNot }) => [...(has.get('gid') ?? []), ...(hasNot.get('gid') ?? [])]);
  const groups = declared.proxyGids.filter((gid) => asked.some(({ lo, hi }) => lo === gid && hi === gid));
  return and(ofProcesses, inSet('gid', groups.map(point)), equals('mark', 0));
}

/** Sent by a process that is no proxy, with no packet mark. One that the host names counts even with the proxy's user or group. */
export function ofApplication({ declared, host, profile }: ProofContext): MatchExpr {
  const { proxyUids, proxyGids, knownBy } = declared;
  const spared = knownBy === 'mark' ? NEVER : or(inSet('uid', proxyUids.map(point)), inSet('gid', proxyGids.map(point)));
  const proxy = profile === undefined ? undefined : host.processes.get(profile.process.name);
  const isProxy = (name: string): boolean =>
    name === profile?.process.name || host.proxies?.some(({ process }) => process === name) === true;
  const collides = [...host.processes].filter(
    ([name, { uid, gid }]) => !isProxy(name) && proxy !== undefined && proxy.uid !== 0 && (uid === proxy.uid || gid === proxy.gid),
  );
  const named = collides.map(([, { uid, gid }]) => and(equals('uid', uid), equals('gid', gid)));
  const others = (host.proxies ?? []).flatMap(({ process }) =>
    process === profile?.process.name ? [] : (host.processes.get(process) ?? []),
  );
  const ofOthers = others.map(({ uid, gid }) => (uid === 0 ? and : or)(equals('uid', uid), equals('gid', gid)));
  return and(ofProcesses, or(not(or(spared, ...ofOthers)), ...named), equals('mark', 0));
}

/** To another host: no address of this one, no loopback, broadcast or multicast, and not unspecified. */
export function isOutside({ host, ruleset }: ProofContext, field: 'src' | 'dst' = 'dst'): MatchExpr {
  return inSet(field, addressesOfType(host, ruleset.family, 'UNICAST'));
}

/** One of this host's addresses, loopback too. */
export function isOfThisHost({ host, ruleset }: ProofContext, field: 'src' | 'dst'): MatchExpr {
  return inSet(field, addressesOfType(host, ruleset.family, 'LOCAL'));
}

/** To an address of this host that others can reach. */
export function isOwn({ host, ruleset }: ProofContext): MatchExpr {
  const nics = host.interfaces.filter(({ name }) => name !== 'lo');
  const own = nics.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  return inSet('dst', own.filter((address) => familyOf(address) === ruleset.family).map(point));
}

/** To localhost, as the rules spare it: 127.0.0.1, ::1 */
export function isLocalhost({ ruleset }: ProofContext): MatchExpr {
  return equals('dst', ruleset.family === 4 ? 0x7f00_0001 : 1n);
}

export function portsOf({ profile }: ProofContext, ...roles: readonly ListenerRole[]): readonly number[] {
  return (profile?.listeners ?? []).filter(({ role }) => roles.includes(role)).map(({ port }) => port);
}

export function toPorts(ports: readonly number[]): MatchExpr {
  return inSet('dport', ports.map(point));
}

/** What the declaration wants captured on the way out, DNS aside. A range that is excluded is so on every port. */
export function isDeclaredOutbound(context: ProofContext): MatchExpr {
  const { declared } = context;
  const included = declared.outboundRanges === undefined ? ALWAYS : inSet('dst', declared.outboundRanges);
  return and(
    or(inSet('dport', declared.outboundPorts), included),
    not(isExcludedOutbound(context)),
    not(isCapturedDns(context)),
    not(isProbeAddress(context, 'dst')),
  );
}

/** What the declaration wants left alone on the way out. */
export function isExcludedOutbound(context: ProofContext): MatchExpr {
  return or(inSet('dst', context.declared.excludedOutboundRanges), isExcludedDns(context));
}

/** What the declaration wants captured on the way in. */
export function isDeclaredInbound(context: ProofContext): MatchExpr {
  const { declared } = context;
  return and(
    declared.inboundPorts === undefined ? ALWAYS : inSet('dport', declared.inboundPorts),
    not(or(isExcludedInbound(context), toPorts(portsOf(context, 'health', 'tunnel')))),
    not(isProbeAddress(context, 'src')),
  );
}

/** What the declaration wants left alone on the way in. */
export function isExcludedInbound({ declared }: ProofContext): MatchExpr {
  return or(inSet('dport', declared.excludedInboundPorts), inSet('src', declared.excludedInboundRanges));
}

/** Interfaces on which inbound traffic is the mesh's. */
export function inboundInterfaces({ arrivals, declared }: ProofContext): readonly string[] {
  return arrivals.filter((nic) => !declared.excludedInterfaces.includes(nic) && !declared.virtualInterfaces.includes(nic));
}

/** To port 53 of a server that DNS is captured for. */
export function isCapturedDns(context: ProofContext): MatchExpr {
  const { dns } = context.declared;
  if (dns === 'off') return NEVER;
  return and(
    dns.udpOnly === true ? equals('proto', PROTO.udp) : isTcpOrUdp,
    equals('dport', 53),
    dns.servers === undefined ? ALWAYS : inSet('dst', dns.servers),
  );
}

/** DNS that is excluded with the rest: by port, user, group or interface, never by range alone, which is looked at later. */
export function isExcludedDns(context: ProofContext): MatchExpr {
  const { declared } = context;
  const others = declared.includedGroups === undefined ? NEVER : not(inSet('gid', declared.includedGroups.map(point)));
  return or(
    inSet('dport', declared.excludedOutboundPorts),
    inSet('uid', declared.excludedUsers.map(point)),
    inSet('gid', declared.excludedGroups.map(point)),
    ...declared.excludedFlows,
    others,
    viaInterfaces(context, declared.excludedInterfaces),
  );
}

export function isProbeAddress({ profile, ruleset }: ProofContext, field: 'src' | 'dst'): MatchExpr {
  const address: Address | undefined = parseAddress(profile?.probeSource?.[ruleset.family] ?? '');
  return address === undefined ? NEVER : equals(field, address);
}

/** Routed through one of these interfaces: by the destinations of its routes. */
export function viaInterfaces({ host, ruleset }: ProofContext, interfaces: readonly string[]): MatchExpr {
  const routes = host.routes.filter((route) => route.family === ruleset.family && route.table === 'main' && route.type === 'unicast');
  const sorted = [...routes].sort((a, b) => b.to.length - a.to.length || a.metric - b.metric);
  const to = (prefixes: readonly (typeof routes)[number]['to'][]) => inSet('dst', normalize(prefixes.map(prefixRange)));
  return or(
    ...sorted.flatMap((route, index) => {
      if (route.dev === undefined || !interfaces.includes(route.dev)) return [];
      return [and(to([route.to]), not(to(sorted.slice(0, index).map((longer) => longer.to))))];
    }),
  );
}

/** Loopback as the kernel knows it: 127.0.0.0/8, ::1 */
export function isLoopbackNet({ ruleset }: ProofContext): MatchExpr {
  const prefix = parsePrefix(ruleset.family === 4 ? '127.0.0.0/8' : '::1/128');
  return prefix === undefined ? NEVER : inSet('dst', [prefixRange(prefix)]);
}
