/** A host as `--host` files and the library's `host` option describe it: `readHost` reads it. All but the interfaces may be left out. */

export interface HostDescription {
  /** lo is always there */
  readonly interfaces: readonly InterfaceDescription[];
  /** of the table main, as `ip route` prints them */
  readonly routes?: readonly string[];
  /** as `ip rule` prints them, without their priority or with `pref N` */
  readonly ip_rules?: readonly string[];
  readonly route_tables?: Readonly<Record<string, readonly string[]>>;
  /** false: `ip_rules` are all that there are */
  readonly default_rules?: boolean;
  readonly sysctls?: Readonly<Record<string, string>>;
  /** absent: not given, and answers assume the mesh and an application on every other port; empty: no process listens */
  readonly listeners?: readonly ListenerDescription[];
  readonly processes?: Readonly<Record<string, ProcessDescription>>;
  /** transparent proxies that are no mesh */
  readonly proxies?: readonly ProxyDescription[];
  /** by which interfaces packets may leave: claim `leaves-only-by` */
  readonly fence?: FenceDescription;
  /** addresses of the pods of this node */
  readonly pods?: readonly string[];
  readonly sets?: Readonly<Record<string, SetDescription>>;
  /** when packets are sent, for the match `time`: UTC, `2026-11-21T08:00:00Z` */
  readonly clock?: string;
}

export interface InterfaceDescription {
  readonly name: string;
  /** with the length of their networks, `10.244.0.5/24`, and what `ip address` says of them: `10.9.0.2 peer 10.9.0.1/32`,
   *  `169.254.7.1/32 scope link`, `fd00:1::99/64 deprecated` */
  readonly addresses: readonly string[];
  /** `veth`, `bridge`, `vrf`, as `ip -d link` has it */
  readonly type?: string;
  readonly group?: number;
  readonly mtu?: number;
  /** `up`, `down`, `no-carrier` */
  readonly state?: string;
  /** the bridge, bond or VRF that it belongs to */
  readonly master?: string;
  /** of a VRF */
  readonly table?: string;
  /** of all its addresses of that family: the other end */
  readonly peer?: string;
  /** of all its IPv4 addresses */
  readonly scope?: string;
  /** of all its addresses: `deprecated`, `noprefixroute`, `tentative`, `dadfailed`, `secondary` */
  readonly flags?: readonly string[];
}

export interface ListenerDescription {
  readonly proto: string;
  /** absent: every port on which no other process listens */
  readonly port?: number;
  /** absent: every address of the host; `0.0.0.0`: every one of IPv4, `::`: every one of IPv6 */
  readonly address?: string;
  /** name of one of the processes, or of a program; absent: not known, the mesh's proxy where that always listens */
  readonly process?: string;
  readonly transparent?: boolean;
  /** where it sends what it takes: `HOST:PORT`, `original`, `app` or `nothing` */
  readonly forwards?: string;
  /** with which source: `own`, when it is absent, or `client` */
  readonly source?: string;
  /** SO_MARK of what it sends */
  readonly mark?: number | string;
}

export interface ProcessDescription {
  readonly uid: number;
  readonly gid: number;
}

/** A transparent proxy of one's own. All but `process`, `listens`, `dials` and `uid` may be left out, and these where `profile` has them. */
export interface ProxyDescription {
  /** a known program, such as `redsocks` or `xray`, whose usual ports and habits are meant */
  readonly profile?: string;
  readonly process?: string;
  /** its sockets: `tcp 12345`, `udp 127.0.0.1:53` */
  readonly listens?: readonly string[];
  /** `outbound`, `inbound`, `dns`, or `any`, when it is absent */
  readonly takes?: string;
  /** `original`: where the connection was to go; `app`: the same port of 127.0.0.1; `HOST:PORT`: its server; `nothing`: it answers itself */
  readonly dials?: string;
  /** of what it sends: `own`, when it is absent, or `client` */
  readonly source?: string;
  readonly uid?: number;
  /** absent: the number of the user */
  readonly gid?: number;
  /** SO_MARK of what it sends */
  readonly mark?: number | string;
  /** SO_MARK of its listening sockets, which their answers have */
  readonly listen_mark?: number | string;
  readonly cgroup?: string;
  /** `closed`: it closes a connection that is for its own port */
  readonly own_port?: string;
}

/** A kill switch: nothing leaves but by these interfaces. */
export interface FenceDescription {
  /** names; one that the host lacks, as a tunnel that is down, is none by which packets leave */
  readonly leaves_only_by: readonly string[];
  /** packets that have all that an entry says leave as they like */
  readonly except?: readonly FenceExceptionDescription[];
}

export interface FenceExceptionDescription {
  readonly uid?: number;
  readonly gid?: number;
  /** an address, or a network like `192.168.0.0/16` */
  readonly to?: string;
  /** `tcp` or `udp` */
  readonly proto?: string;
  readonly port?: number;
}

/** An ipset, with members as `ipset save` prints them. */
export interface SetDescription {
  readonly type: string;
  readonly members: readonly string[];
  /** as `ipset save` prints them: `netmask 24` */
  readonly options?: string;
}
