/** The sets of packets that claims speak of, as conditions. */
import { addressesOfType } from '../host/addrType.ts';
import type { Interval } from '../lib/intervals.ts';
import { normalize, point } from '../lib/intervals.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import { ALWAYS, and, equals, inSet, masked, NEVER, not, or } from '../netfilter/matchExpr.ts';
import type { Address, Prefix } from '../packet/address.ts';
import { familyOf, parsePrefix, prefixRange } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Scene } from './scene.ts';

/** An unfragmented packet that opens a connection: a TCP SYN without other flags, or any that is not TCP. */
export const isNew: MatchExpr = and(equals('fragOffset', 0), or(not(equals('proto', PROTO.tcp)), masked('flags', TCP_FLAGS.S, 0xff)));

/** Sent by the proxy: one of its users or groups, or its mark. */
export function ofProxy({ declared }: Scene): MatchExpr {
  const { proxyMark, proxyUids, proxyGids } = declared;
  if (proxyMark !== undefined) return masked('mark', proxyMark.value, proxyMark.mask);
  return or(inSet('uid', proxyUids.map(point)), inSet('gid', proxyGids.map(point)));
}

/** Sent by a process that is not the proxy, with no packet mark of its own. */
export function ofApplication(scene: Scene): MatchExpr {
  const process: MatchExpr = { kind: 'present', field: 'uid' };
  return and(process, not(ofProxy(scene)), equals('mark', 0), ofOwnSource(scene));
}

/** From an address of this host. */
export function ofOwnSource({ host, ruleset }: Scene): MatchExpr {
  const own = host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  return inSet('src', own.filter((address) => familyOf(address) === ruleset.family).map(point));
}

/** To another host: no address of this one, no loopback, broadcast or multicast, and not unspecified. */
export function isOutside({ host, ruleset }: Scene): MatchExpr {
  return inSet('dst', addressesOfType(host, ruleset.family, 'UNICAST'));
}

export function inPrefixes({ ruleset }: Pick<Scene, 'ruleset'>, field: 'src' | 'dst', prefixes: readonly Prefix[]): MatchExpr {
  const own = prefixes.filter(({ address }) => familyOf(address) === ruleset.family);
  return own.length === 0 ? NEVER : inSet(field, normalize(own.map(prefixRange) as Interval<Address>[]));
}

export function toPorts(ports: readonly number[]): MatchExpr {
  return inSet('dport', ports.map(point));
}

/** Loopback in the rules' sense: 127.0.0.0/8, ::1 */
export function isLoopback({ ruleset }: Pick<Scene, 'ruleset'>): MatchExpr {
  const prefix = parsePrefix(ruleset.family === 4 ? '127.0.0.0/8' : '::1/128');
  return prefix === undefined ? NEVER : inPrefixes({ ruleset }, 'dst', [prefix]);
}

/** What the declaration wants captured on the way out, DNS aside. */
export function isDeclaredOutbound(scene: Scene): MatchExpr {
  const { declared } = scene;
  const included = declared.outboundRanges === undefined ? ALWAYS : inPrefixes(scene, 'dst', declared.outboundRanges);
  return and(
    or(toPorts(declared.outboundPorts), and(included, not(inPrefixes(scene, 'dst', declared.excludedOutboundRanges)))),
    not(toPorts(declared.excludedOutboundPorts)),
    not(inSet('gid', declared.excludedGroups.map(point))),
    not(isCapturedDns(scene)),
    not(viaExcludedInterface(scene)),
  );
}

/** To port 53 of a server that DNS is captured for. */
export function isCapturedDns(scene: Scene): MatchExpr {
  const { dns } = scene.declared;
  if (dns === 'off') return NEVER;
  return and(equals('dport', 53), dns.servers === undefined ? ALWAYS : inPrefixes(scene, 'dst', dns.servers));
}

/** Routed through an interface that is excluded: by the destinations of its routes. */
export function viaExcludedInterface({ declared, host, ruleset }: Scene): MatchExpr {
  const routes = host.routes.filter((route) => route.family === ruleset.family && route.table === 'main' && route.type === 'unicast');
  const sorted = [...routes].sort((a, b) => b.to.length - a.to.length || a.metric - b.metric);
  return or(
    ...sorted.flatMap((route, index) => {
      if (route.dev === undefined || !declared.excludedInterfaces.includes(route.dev)) return [];
      const longer = sorted.slice(0, index).map(({ to }) => to);
      return [and(inPrefixes({ ruleset }, 'dst', [route.to]), not(inPrefixes({ ruleset }, 'dst', longer)))];
    }),
  );
}
