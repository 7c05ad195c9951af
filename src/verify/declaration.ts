/** What the mesh was asked to do: identities, ports, ranges. Inferred from the rules where nobody says otherwise. */
import type { Prefix } from '../packet/address.ts';

export interface Declaration {
  /** users and groups that the rules are to spare */
  readonly proxyUids: readonly number[];
  readonly proxyGids: readonly number[];
  /** packet mark that the rules are to spare (ambient) */
  readonly proxyMark?: { readonly value: number; readonly mask: number };
  /** captured inbound ports; absent: all */
  readonly inboundPorts?: readonly number[];
  readonly excludedInboundPorts: readonly number[];
  /** captured destinations; absent: all */
  readonly outboundRanges?: readonly Prefix[];
  readonly excludedOutboundRanges: readonly Prefix[];
  /** ports captured whatever the destination */
  readonly outboundPorts: readonly number[];
  readonly excludedOutboundPorts: readonly number[];
  readonly excludedInterfaces: readonly string[];
  /** inbound on these is treated as outbound */
  readonly virtualInterfaces: readonly string[];
  /** groups whose packets are not captured; absent: none beside the proxy's */
  readonly excludedGroups: readonly number[];
  /** `off`, or the servers that DNS is captured for; absent servers: every one */
  readonly dns: 'off' | { readonly servers?: readonly Prefix[] };
  /** inbound traffic is captured at all */
  readonly capturesInbound: boolean;
  readonly capturesOutbound: boolean;
  /** by TPROXY and not by REDIRECT */
  readonly tproxy: boolean;
  /** where each of these was learnt, for people: `excluded outbound ports 3306 (pod.rules:17)` */
  readonly notes: readonly string[];
}
