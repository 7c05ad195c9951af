/** What a mesh promises, as data: who listens where, and what each listener's process sends next. */

/** outbound, inbound and dns capture traffic; tunnel and health are reached untouched; admin is the proxy's own. */
export type ListenerRole = 'outbound' | 'inbound' | 'dns' | 'tunnel' | 'health' | 'admin';

export interface MeshListener {
  readonly port: number;
  readonly protos: readonly ('tcp' | 'udp')[];
  readonly role: ListenerRole;
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
  /** what the packet is for: the original destination wherever it is, or the application here */
  readonly to: 'original' | 'app';
}

/** Spelled as in a host description, see host/readHost.ts. */
export interface HostAdditions {
  readonly ip_rules: readonly string[];
  readonly route_tables: Readonly<Record<string, readonly string[]>>;
}

export interface MeshProfile {
  readonly name: string;
  readonly title: string;
  /** the process that owns the listeners, and its usual identity */
  readonly process: { readonly name: string; readonly uid: number; readonly gid: number };
  readonly listeners: readonly MeshListener[];
  /** the proxy closes a connection whose original destination port is that of its own listener */
  readonly blackholesOwnPort: boolean;
  /** chains by which its rules are recognised */
  readonly chains: RegExp;
  /** the mark by which the rules know the proxy's packets; absent: by its user or group */
  readonly mark?: { readonly value: number; readonly mask: number };
  /** what the proxy sends to an address of its own pod is to pass its inbound listener */
  readonly selfCalls?: true;
  /** the source that the node gives its probes, which are not captured */
  readonly probeSource?: { readonly 4: string; readonly 6: string };
  /** addresses that the mesh adds to lo, by family */
  readonly loopbackSource?: { readonly 6: string };
  readonly always?: HostAdditions;
  /** when the rules hand packets over by TPROXY; the proxy may then run as somebody else */
  readonly whenTransparent?: HostAdditions & { readonly process?: { readonly uid: number; readonly gid: number } };
}
