/** The world around the rules: what the kernel knows beside netfilter. Parsed and complete; `readHost` makes it from JSON or YAML values. */
import type { Interval } from '../lib/intervals.ts';
import type { Address, Family, Prefix } from '../packet/address.ts';

export interface Host {
  /** it is not described: its addresses except those of lo may be another's */
  readonly assumed?: true;
  readonly interfaces: readonly Interface[];
  /** by table name or number; `main`, `local` is derived from the addresses */
  readonly routes: readonly Route[];
  readonly rules: readonly RoutingRule[];
  readonly sysctls: ReadonlyMap<string, string>;
  readonly listeners: readonly Listener[];
  /** its description does not say what listens: no process, or what is assumed of it */
  readonly listenersUnsaid?: true;
  /** its description has no interface, route or rule of routing: those beside the rules are meant, or what is assumed without a description */
  readonly placeUnsaid?: true;
  /** its listeners are as `ss` prints them, which does not say which are transparent (IP_TRANSPARENT) */
  readonly transparencyUnsaid?: true;
  /** how answers name it, where it is not a given file: `the running pod` */
  readonly called?: string;
  readonly processes: ReadonlyMap<string, Process>;
  /** absent: none is named */
  readonly proxies?: readonly OwnProxy[];
  /** absent: packets may leave by any interface */
  readonly fence?: HostFence;
  /** addresses of pods on this node that are in the mesh */
  readonly pods: readonly Address[];
  readonly sets: ReadonlyMap<string, { readonly type: string; readonly members: readonly string[]; readonly options?: string }>;
  /** seconds since 1970 at which packets come; absent: at any time */
  readonly clock?: number;
}

export interface Interface {
  readonly name: string;
  /** in the order in which the kernel lists those of IPv4, and in which those of IPv6 were added: `ip address` prints these last first */
  readonly addresses: readonly InterfaceAddress[];
  /** number of the device group, as `ip link` sets it; 0 by default */
  readonly group: number;
  /** absent: not given */
  readonly mtu?: number;
  /** absent: it is up and has a carrier; `down`: it was not set up */
  readonly state?: 'down' | 'no-carrier';
  /** the bridge, bond or VRF that it belongs to */
  readonly master?: string;
  /** absent: not given */
  readonly type?: string;
  /** of a VRF */
  readonly table?: string;
}

export interface InterfaceAddress extends Prefix {
  /** the other end; its prefix is the connected route */
  readonly peer?: Prefix;
  /** of IPv4; absent: global, of 127.0.0.0/8 host */
  readonly scope?: 'site' | 'link' | 'host';
  /** of IPv4: the kernel says so; absent: as the order of the addresses has it */
  readonly secondary?: true;
  /** without a connected route */
  readonly noprefixroute?: true;
  /** no new connection takes it while there is another one */
  readonly deprecated?: true;
  /** of IPv6: not usable, since it is not checked yet or was found to be another's */
  readonly tentative?: true;
}

export interface Route {
  readonly family: Family;
  readonly table: string;
  readonly type: 'unicast' | 'local' | 'anycast' | 'broadcast' | 'multicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw';
  readonly to: Prefix;
  readonly via?: Address;
  readonly dev?: string;
  /** preferred source address */
  readonly src?: Address;
  readonly metric: number;
  /** only for packets with these bits of `0x1c` in the TOS field; absent: all */
  readonly tos?: number;
  /** of IPv6: only for packets from there */
  readonly from?: Prefix;
  /** of IPv4: addresses with a narrower scope are no source; absent: link without a gateway, else global */
  readonly scope?: 'global' | 'site' | 'link' | 'host';
  /** of several ways the kernel takes one, by a hash; `via` and `dev` are absent then */
  readonly nexthops?: readonly NextHop[];
  /** its gateway is of the other family */
  readonly via6?: bigint;
  /** the interface has no carrier; dead: it is down, and the route is not used */
  readonly linkdown?: true;
  readonly dead?: true;
  readonly mtu?: number;
  /** `mtu lock` */
  readonly mtuLocked?: true;
  /** what of it is not modelled, as it is written: where the route is found, the packet's way is not known */
  readonly unknown?: string;
}

export interface NextHop extends Pick<Route, 'via' | 'via6' | 'dev' | 'src' | 'linkdown' | 'dead' | 'mtu' | 'mtuLocked'> {
  readonly weight: number;
}

/** One line of `ip rule`. */
export interface RoutingRule {
  readonly family: Family;
  readonly priority: number;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: { readonly value: number; readonly mask: number };
  /** of IPv4 bits of `0x1c` in the TOS field, of IPv6 those of `0xfc` */
  readonly tos?: number;
  /** `dscp`: all bits of `0xfc` in both families, 0 included */
  readonly dscp?: number;
  /** of the sending socket; packets that arrive and those of the kernel count as root's */
  readonly uid?: Interval<number>;
  readonly proto?: number;
  readonly sport?: Interval<number>;
  readonly dport?: Interval<number>;
  /** only packets of interfaces that belong to a VRF; without a table to look up it is that of the VRF */
  readonly l3mdev?: true;
  readonly not: boolean;
  /** routes with a prefix no longer than this are passed over */
  readonly suppress?: number;
  /** routes by interfaces of this group are passed over */
  readonly suppressGroup?: number;
  /** what of it is not modelled, as it is written: it may match or not */
  readonly unknown?: string;
  /** `unknown`: it does something that is not modelled */
  readonly action: { readonly lookup: string } | { readonly goto: number } | 'nop' | 'blackhole' | 'unreachable' | 'prohibit' | 'unknown';
}

export interface Listener {
  /** `tcp` or `udp` */
  readonly proto: number;
  /** absent: any port that no other listener has */
  readonly port?: number;
  /** absent: all addresses, of `family` where that is given */
  readonly address?: Address;
  /** takes packets of this family only: `0.0.0.0`, or `::` of a socket for IPv6 alone */
  readonly family?: Family;
  readonly process: string;
  /** it is not said whose it is */
  readonly unnamed?: true;
  readonly transparent: boolean;
  /** where its process sends what it takes, by the same protocol; absent: not known, or the mesh says it */
  readonly dials?: Dialled;
  /** the source and the mark with which it sends; absent: a source that the kernel chooses, no mark */
  readonly sends?: { readonly source: 'own' | 'client'; readonly mark: number };
  /** SO_MARK of the socket itself, which its answers have */
  readonly mark?: number;
  /** of a proxy that the host names: which traffic it is there for */
  readonly takes?: ProxyTakes;
  /** it closes a connection that is for its own port */
  readonly closesOwnPort?: true;
}

/** A server of its own; the connection's original destination; the application behind it, by the loopback address and the same
 *  port; or it answers by itself. */
export type Dialled = SocketEndpoint | 'original' | 'app' | 'nothing';

export const PROXY_TAKES = ['outbound', 'inbound', 'dns', 'any'] as const;
export type ProxyTakes = (typeof PROXY_TAKES)[number];

/** A transparent proxy that the host names, beside what its listeners do. */
export interface OwnProxy {
  readonly process: string;
  readonly takes: ProxyTakes;
  /** by which rules can know what it sends; 0: none */
  readonly mark: number;
}

/** By which interfaces packets of the host may leave. */
export interface HostFence {
  readonly interfaces: readonly string[];
  readonly except: readonly FenceException[];
}

/** Packets that have all that is given here leave as they like. */
export interface FenceException {
  readonly uid?: number;
  readonly gid?: number;
  readonly to?: Prefix;
  readonly proto?: number;
  readonly port?: number;
}

export interface SocketEndpoint {
  readonly address: Address;
  readonly port: number;
}

export interface Process {
  readonly uid: number;
  readonly gid: number;
  /** it sends from addresses of other hosts, whether or not its listeners are transparent */
  readonly transparent?: true;
}

/** What rules refer to without saying what it is. */
export function hostNames({ sets, interfaces, clock }: Host): {
  readonly sets: Host['sets'];
  readonly interfaceGroups: ReadonlyMap<string, number>;
  readonly now: number | undefined;
} {
  return { sets, interfaceGroups: new Map(interfaces.map(({ name, group }) => [name, group])), now: clock };
}
