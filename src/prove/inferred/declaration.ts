/** What the mesh was asked to do: identities, ports, ranges. Inferred from the rules where it is not given, see infer.ts. */
import type { IntervalSet } from '../../lib/intervals.ts';
import type { MatchExpr } from '../../netfilter/matchExpr.ts';
import type { Address } from '../../packet/address.ts';
import type { Rule } from '../../ruleset/ruleset.ts';

export interface Declaration {
  /** by what the rules can tell the proxy's packets: its user; where that is root its group; in ambient its mark */
  readonly knownBy: 'uid' | 'gid' | 'mark';
  /** users and groups that are the proxy's: no application is to have them */
  readonly proxyUids: readonly number[];
  readonly proxyGids: readonly number[];
  readonly proxyMark?: { readonly value: number; readonly mask: number };
  /** captured inbound ports; absent: all */
  readonly inboundPorts?: IntervalSet<number>;
  readonly excludedInboundPorts: IntervalSet<number>;
  /** sources whose connections are not captured */
  readonly excludedInboundRanges: IntervalSet<Address>;
  /** captured destinations; absent: all */
  readonly outboundRanges?: IntervalSet<Address>;
  readonly excludedOutboundRanges: IntervalSet<Address>;
  /** ports captured outside the ranges too */
  readonly outboundPorts: IntervalSet<number>;
  readonly excludedOutboundPorts: IntervalSet<number>;
  /** destinations, ports and users that are excluded together */
  readonly excludedFlows: readonly MatchExpr[];
  readonly excludedInterfaces: readonly string[];
  /** inbound on these is treated as outbound */
  readonly virtualInterfaces: readonly string[];
  /** networks that they reach directly */
  readonly virtualNetworks: IntervalSet<Address>;
  /** users beside the proxy whose packets are not captured */
  readonly excludedUsers: readonly number[];
  /** groups whose packets are not captured */
  readonly excludedGroups: readonly number[];
  /** only these groups are captured; absent: all */
  readonly includedGroups?: readonly number[];
  /** `off`, or the servers that DNS is captured for; absent servers: every one. `to`: the server elsewhere that is asked in their place.
   *  `udpOnly`: questions over TCP go past the mesh on purpose */
  readonly dns: 'off' | { readonly servers?: IntervalSet<Address>; readonly to?: Address; readonly udpOnly?: true };
  /** inbound traffic is captured at all; false in ambient's ingress mode */
  readonly capturesInbound: boolean;
  /** by TPROXY and not by REDIRECT */
  readonly tproxy: boolean;
  /** rules that are such settings: the mesh wrote them, wherever they stand */
  readonly settings: ReadonlySet<Rule>;
  /** where each of these was learnt, for people: `excluded outbound port 3306 (pod.rules:17)` */
  readonly notes: readonly string[];
}
