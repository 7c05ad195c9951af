/** Parts of classes by what becomes of the connections that their packets open: legConnection.ts for sets. */

import { type Group, groupBy } from '../lib/groupBy.ts';
import { HANDSHAKE } from '../netfilter/connectionParts.ts';
import type { ConnectionEnd } from '../symbolic/connection/going.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import { whatDecided } from '../symbolic/walk/state.ts';
import { keyOf } from '../symbolic/walk/stateKeys.ts';
import type { FateClass } from '../symbolic/walk/traverse.ts';

/** Packets of one class. Where chance or something unmodelled decides, a packet is in several parts. */
export interface PartOfClass {
  readonly set: Bdd;
  /** as the first packet alone, where its connection completes or nothing answers it */
  readonly becomes: 'as-first' | 'stalls' | 'undecided';
  /** of a TCP connection that does not open nothing is passed on */
  readonly isAccepted: boolean;
  /** which packet does not come, and what becomes of it; equal for connections that end alike */
  readonly says: string;
  /** the class, with the rule that decides and the doubts about all packets of the connection */
  readonly of: FateClass;
}

export function partsByConnection(
  { manager }: Pick<Space, 'manager'>,
  ends: readonly ConnectionEnd[],
): ReadonlyMap<FateClass, readonly PartOfClass[]> {
  const joined = ([first, ...others]: Group<PartOfClass>): PartOfClass =>
    others.length === 0 ? first : { ...first, set: manager.any([first, ...others].map(({ set }) => set)) };
  const classes = groupBy(ends, ({ first }) => first);
  return new Map([...classes].map(([one, own]) => [one, [...groupBy(own.map(partOf), keyOfPart).values()].map(joined)]));
}

/** Equal for parts that are told as one. */
function keyOfPart({ becomes, says, of: { decided, doubts } }: PartOfClass): string {
  const why = doubts.map((doubt) => `${doubt.why} ${doubt.what} ${doubt.rule?.table} ${doubt.rule?.chain} ${doubt.rule?.number}`);
  return [becomes, says, decided?.table, decided?.chain, decided?.number, ...why].join('\n');
}

function partOf({ set, end, first, part, last, doubts }: ConnectionEnd): PartOfClass {
  const becomes = part === 'first' || end === 'completes' || end === 'one-way' ? 'as-first' : end;
  const isAccepted = becomes !== 'stalls' || !HANDSHAKE.some(({ name }) => name === part);
  if (becomes === 'as-first') return { set, becomes, isAccepted, says: '', of: doubts === first.doubts ? first : { ...first, doubts } };
  return {
    set,
    becomes,
    isAccepted,
    says: `${part} ${howItEnds(becomes, last)}`,
    of: { ...first, doubts, decided: last.decided, did: last.did },
  };
}

/** Why the kernel itself discards a packet is not compared. */
export function howItEnds(becomes: 'stalls' | 'undecided', last: ConnectionEnd['last']): string {
  const { fate, decided, env } = last;
  // equal targets do the same to equal packets
  if (becomes === 'undecided') return `${decided?.table} ${decided?.text} ${keyOf(env, [])}`;
  if (fate.kind === 'sent' || fate.kind === 'forwarded') return `${fate.kind} ${fate.oif}`;
  const did = whatDecided(last);
  return fate.kind === 'rejected' && did?.kind === 'reject' ? `rejected ${did.with}` : fate.kind;
}
