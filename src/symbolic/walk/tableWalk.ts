/** What a walk of all packets through one table is given, and what it finds. */
import type { Effect } from '../../netfilter/effect.ts';
import type { LostReason } from '../../netfilter/lost.ts';
import type { BaseChain, Chain, Rule, Table } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import type { LargeSet } from './laidAside.ts';
import type { OpenRules } from './openRules.ts';
import type { Sharing } from './sharing.ts';
import type { PacketClass } from './state.ts';
import type { Summaries } from './summaries.ts';

/** Where classes of packets are after a table. Every packet that came in is in at least one. */
export interface TableResult {
  /** goes on to the next table */
  readonly accepted: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
}

export interface EndedClass extends PacketClass {
  readonly end: 'dropped' | 'rejected' | 'undecided' | LostReason;
  /** the base chain whose policy dropped them, where no rule did */
  readonly policy?: Pick<Chain, 'table' | 'name'>;
}

/** What a target that is not a plain verdict does to a class. */
export type Act = (one: PacketClass, effect: Effect, rule: Rule) => Acted;
export interface Acted {
  /** goes on with the rule */
  readonly on: readonly PacketClass[];
  readonly accepted: readonly PacketClass[];
  readonly ended: readonly EndedClass[];
  /** leaves the rule, and goes on with the next one */
  readonly left: readonly PacketClass[];
}

export interface TableWalk {
  readonly space: Space;
  readonly table: Table;
  /** where the walk begins */
  readonly base: BaseChain;
  readonly act: Act;
  /** results of chains that several rules call; may be shared by walks of one table with one `act` */
  readonly summaries: Summaries;
  /** called for each rule with the packets that reach it; for dead rules */
  readonly visit?: (rule: Rule, reaching: Bdd, matching: Bdd) => void;
  /** where packets are noted that come to shared chains, for visitShared; absent: it is done at the end of this walk */
  readonly arrivals?: Arrivals;
  /** chains that are walked anew for every call: `act` forgets in them which packets came */
  readonly unshared?: ReadonlySet<string>;
  /** absent: found anew */
  readonly sharing?: Sharing;
  /** chains whose results nobody asks for: who comes to them is noted in `arrivals`, and they are walked by visitShared alone */
  readonly deferred?: ReadonlySet<string>;
  /** only rules that are open here are asked about; where packets end is not */
  readonly open?: OpenRules;
  /** of walks with `open`: which sets are laid aside; tests lower it */
  readonly large?: LargeSet | undefined;
  /** some of the packets, of which nothing is noted but the rules that they match */
  readonly isTry?: boolean;
  /** packets about which something unmodelled decides are not followed: what is visited then is visited for sure */
  readonly sureOnly?: boolean;
}

/** By chain. */
export type Arrivals = Map<string, PacketClass[]>;

export interface ChainResult extends TableResult {
  /** comes back to the caller: the end of the chain, or RETURN */
  readonly back: readonly PacketClass[];
}
