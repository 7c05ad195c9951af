/** What a mesh promises, as data: who listens where, and what each listener's process sends next. */
import type { MeshName, OwnName } from './names.ts';

/** outbound, inbound and dns capture traffic; tunnel and health are reached untouched; admin is the proxy's own. */
export type ListenerRole = 'outbound' | 'inbound' | 'dns' | 'tunnel' | 'health' | 'admin';

export interface MeshListener {
  readonly port: number;
  readonly protos: readonly ('tcp' | 'udp')[];
  readonly role: ListenerRole;
  /** what people know the port as, for `15021, Envoy's health port`; absent: its role says enough */
  readonly title?: string;
  /** bound to the loopback address only */
  readonly loopback?: true;
  /** what its process sends when it takes a connection; absent: nothing, it answers itself */
  readonly emits?: Emission;
  /** the same for a connection that TPROXY handed over; absent: as `emits` */
  readonly transparent?: Emission;
}

/** The proxy's own packet for a connection it took. Its destination is always the original one. */
export interface Emission {
  /** `own`: source address selection; `client`: the source of the connection; otherwise the literal per family */
  readonly source: 'own' | 'client' | { readonly 4: string; readonly 6: string };
  readonly mark: number;
}

/** Spelled as in a host description, see host/readHost.ts. */
export interface HostAdditions {
  readonly ip_rules: readonly string[];
  readonly route_tables: Readonly<Record<string, readonly string[]>>;
}

/** Where the generator of a mesh writes its settings. A rule that stands elsewhere, has another target or another match is not
 *  a setting of the mesh, whatever it lets past or captures. */
export interface MeshPlaces {
  /** its chain for each direction, and the fields by which RETURNs there exclude packets */
  readonly inbound: { readonly chain: RegExp; readonly excludes: readonly ('dport' | 'src')[] };
  readonly outbound: { readonly chain: RegExp; readonly excludes: readonly ('dport' | 'dst' | 'uid' | 'gid')[] };
  /** it can be told of several users and groups of the proxy, for each of which it writes rules for lo too; the others know one user */
  readonly severalOwners?: true;
  /** it excludes ranges of ports too; the others write one rule a port */
  readonly portRanges?: true;
  /** RETURNs for ranges and groups come after those of the proxy */
  readonly proxyFirst?: true;
  /** with a list of captured inbound ports it writes no excluded ones */
  readonly listsStandAlone?: true;
  /** interfaces are excluded by a pair of RETURNs in base chains: `-i` in PREROUTING, `-o` in OUTPUT */
  readonly interfaces?: true;
  /** exclusions in base chain OUTPUT, of any address, port and user, which are known by their comment; in rules without any comment
   *  of the mesh those of ports of users are known by their form */
  readonly commented?: RegExp;
  /** where inbound traffic of an interface is handed to the outbound listener; beside it a RETURN for the same interface, or an exception for its own network */
  readonly virtual?: { readonly chain: RegExp; readonly beside: 'return' | 'own network' };
  /** the zones of DNS that it sets in table raw: a rule for every user's questions there says that they are captured */
  readonly dnsZones?: RegExp;
  /** DNS over TCP is captured only where a rule hands it over; without one it goes past the mesh on purpose */
  readonly dnsOverTcp?: 'where redirected';
  /** its chain that sends DNS to another server, which need not be on this host */
  readonly dnsServer?: RegExp;
}

/** The profile of a mesh, and not of a proxy that the host names. */
export type KnownMesh = MeshProfile & { readonly name: MeshName };

export interface MeshProfile {
  readonly name: MeshName | OwnName;
  readonly title: string;
  /** the process that owns the listeners, and its usual identity */
  readonly process: { readonly name: string; readonly uid: number; readonly gid: number };
  readonly listeners: readonly MeshListener[];
  /** the proxy closes a connection whose original destination port is that of its own listener */
  readonly blackholesOwnPort: boolean;
  /** chains by which its rules are recognised */
  readonly chains: RegExp;
  readonly places: MeshPlaces;
  /** the mark by which the rules know the proxy's packets; absent: by its user or group */
  readonly mark?: { readonly value: number; readonly mask: number };
  /** what the proxy sends to an address of its own pod is to pass its inbound listener */
  readonly selfCalls?: true;
  /** the source that the node gives its probes, which are not captured */
  readonly probeSource?: { readonly 4: string; readonly 6: string };
  /** addresses that the mesh adds to lo, by family */
  readonly loopbackSource?: { readonly 6: string };
  readonly always?: HostAdditions;
  /** when the rules hand packets over by TPROXY; the proxy may then run as another user */
  readonly whenTransparent?: HostAdditions & { readonly process?: { readonly uid: number; readonly gid: number } };
}
