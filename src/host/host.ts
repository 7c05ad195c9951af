/** The world around the rules: what the kernel knows beside netfilter. Parsed and complete; `readHost` makes it from JSON or YAML values. */
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
  /** how answers name it, where it is not a given file: `the running pod` */
  readonly called?: string;
  readonly processes: ReadonlyMap<string, Process>;
  /** addresses of pods on this node that are in the mesh */
  readonly pods: readonly Address[];
  readonly sets: ReadonlyMap<string, { readonly type: string; readonly members: readonly string[] }>;
  /** seconds since 1970 at which packets come; absent: at any time */
  readonly clock?: number;
}

export interface Interface {
  readonly name: string;
  readonly addresses: readonly Prefix[];
  /** number of the device group, as `ip link` sets it; 0 by default */
  readonly group: number;
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
  /** what of it is not modelled, as it is written: where the route is found, the packet's way is not known */
  readonly unknown?: string;
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
  readonly not: boolean;
  /** routes with a prefix no longer than this are passed over */
  readonly suppress?: number;
  /** what of it is not modelled, as it is written: it may match or not */
  readonly unknown?: string;
  /** `unknown`: it does something that is not modelled */
  readonly action: { readonly lookup: string } | 'blackhole' | 'unreachable' | 'prohibit' | 'unknown';
}

export interface Listener {
  /** `tcp` or `udp` */
  readonly proto: number;
  /** absent: any port that no other listener has */
  readonly port?: number;
  /** absent: all addresses */
  readonly address?: Address;
  readonly process: string;
  readonly transparent: boolean;
  /** what it takes its process asks of this server, by the same protocol: a DNS forwarder */
  readonly forwards?: SocketEndpoint;
  /** it is said that its process sends nothing for what it takes */
  readonly answers?: true;
}

export interface SocketEndpoint {
  readonly address: Address;
  readonly port: number;
}

export interface Process {
  readonly uid: number;
  readonly gid: number;
}

/** What rules refer to without saying what it is. */
export function hostNames({ sets, interfaces, clock }: Host): {
  readonly sets: Host['sets'];
  readonly interfaceGroups: ReadonlyMap<string, number>;
  readonly now: number | undefined;
} {
  return { sets, interfaceGroups: new Map(interfaces.map(({ name, group }) => [name, group])), now: clock };
}
