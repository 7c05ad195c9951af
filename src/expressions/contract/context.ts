/** What the meaning of a rule depends on beside its words. */
import type { Family } from '../../packet/address.ts';
import type { NftFamily, NftSetNode } from '../../syntax/nft/ast.ts';
import type { ProblemSink } from '../../syntax/text/problems.ts';
import type { ElementRow } from './row.ts';

export interface TableContext {
  /** of the packets: a table of inet is read twice */
  readonly family: Family;
  readonly table: NftFamily;
  /** iptables-nft has written the rule: its matches mean what those of iptables do */
  readonly ofIptables: boolean;
  readonly sets: ReadonlyMap<string, NftSetNode>;
  /** members of these sets are added or removed by packets */
  readonly changedSets: ReadonlySet<string>;
  /** named counters, limits ... as `counter NAME` */
  readonly objects: ReadonlySet<string>;
  /** elements of sets that were read already */
  readonly known: Map<NftSetNode, readonly ElementRow[] | undefined>;
  /** numeric ids of user and group names */
  readonly users?: ReadonlyMap<string, number> | undefined;
  readonly groups?: ReadonlyMap<string, number> | undefined;
  /** device group of each interface, where the host is known */
  readonly interfaceGroups?: ReadonlyMap<string, number> | undefined;
  /** seconds since 1970 at which the packets come */
  readonly now?: number | undefined;
  readonly report: ProblemSink;
  /** what is wrong with the rules was reported before: nothing is looked at for that alone */
  readonly wasReported?: true;
}

export interface NftRuleContext extends TableContext {
  /** names the rule in `chance` expressions: every rule draws its own lots */
  readonly ruleId: string;
  /** what nft takes the packet to be of, though the rule has let packets of other protocols pass, as `meta nfproto { ipv4, ipv6 }` does */
  readonly taken?: { readonly family?: Family | undefined; readonly proto?: number | undefined };
}
