/** Later fragments, where the kernel does not put them together before the rules see them: rules of nft take what they carry for ports, rules
 *  of x_tables find none. kernel net/netfilter/nft_payload.c nft_payload_eval() */
import { isOfNft } from '../../ruleset/ofNft.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { putsTogetherFirst } from '../../ruleset/stages.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { PacketClass } from './state.ts';
import type { TableResult, TableWalk } from './tableWalk.ts';
import { walkTableOfSets } from './walk.ts';

/** By themselves, where some rules read their data. */
export function apartFromOthers({ manager, start }: Space, ruleset: Ruleset, all: PacketClass): readonly PacketClass[] {
  if (putsTogetherFirst(ruleset) || ![...ruleset.tables.values()].some(isOfNft)) return [all];
  const whole = manager.and(all.set, equal(manager, start.fragOffset, 0));
  const later = manager.minus(all.set, whole);
  const parts = [
    { ...all, set: whole },
    { ...all, set: later, env: { ...all.env, fragments: 'passed over' as const } },
  ];
  return parts.filter(({ set }) => set !== EMPTY);
}

export function walkBaseChain(walk: TableWalk, classes: readonly PacketClass[]): TableResult {
  const fragments = isOfNft(walk.table) ? 'read' : 'passed over';
  const read = classes.map((one) => (one.env.fragments === undefined ? one : { ...one, env: { ...one.env, fragments } as const }));
  return walkTableOfSets(walk, read);
}

/** Where they end they are like others. */
export function amongOthers<T extends PacketClass>(one: T): T {
  return one.env.fragments === undefined ? one : { ...one, env: { ...one.env, fragments: undefined } };
}
