/** What a comparison is asked: two rulesets, the host around them, and for which packets. */
import type { Host } from '../host/host.ts';
import type { Budget } from '../lib/budget.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import type { MatchExpr } from '../netfilter/matchExpr.ts';
import type { Family } from '../packet/address.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Space } from '../symbolic/space/space.ts';

export interface Sides<T> {
  readonly base: T;
  readonly head: T;
}

export interface DiffQuestion {
  /** of one family */
  readonly base: Ruleset;
  readonly head: Ruleset;
  readonly host: Host;
  /** when it is another one around the rules of head, such as one with a transparent proxy */
  readonly headHost?: Host;
  readonly profile?: MeshProfile;
  /** what a proxy sends for a packet is left to others */
  readonly firstLeg?: true;
  /** only these packets; absent: all */
  readonly where?: { readonly dir?: 'in' | 'out'; readonly expr: Readonly<Record<Family, MatchExpr>> };
  /** no class has packets for which one of these holds beside others, so that its example stands for all of it */
  readonly apart?: readonly MatchExpr[];
  readonly budget?: Budget;
  /** words for classes are looked for when they are read. Until then all of the proof stays in memory: for a comparison that is the only one */
  readonly wordsLater?: true;
}

export function hostAround({ host, headHost = host }: DiffQuestion, name: 'base' | 'head'): Host {
  return name === 'base' ? host : headHost;
}

/** The same variables on the host of one side. */
export function spaceAround(space: Space, question: DiffQuestion, name: 'base' | 'head'): Space {
  const host = hostAround(question, name);
  return host === space.host ? space : { ...space, host };
}
