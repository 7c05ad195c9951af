/** ICMP errors about connections, and their closing, on both sides: of connections that are open, and of which nothing else changes. */
import { type AsidesByName, isThere } from '../connection/asidesByName.ts';
import { type ChangedSet, compareEnds } from '../connection/compareEnds.ts';
import { CLOSING, ERRORS_ABOUT } from '../netfilter/connectionParts.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import type { Space } from '../symbolic/space/space.ts';
import type { OutcomeChange } from './outcomes.ts';
import type { Sides } from './question.ts';

export interface AsideChanges {
  /** each first packet once, with the first of its later packets that changes */
  readonly changes: readonly ChangedSet[];
  readonly unclear: readonly ChangedSet[];
}

/** `known`: first packets of which something else changes, or may. */
export function compareAsides(space: Space, { base, head }: Sides<AsidesByName>, known: Bdd): AsideChanges {
  const { manager } = space;
  const changes: ChangedSet[] = [];
  const unclear: ChangedSet[] = [];
  let told = known;
  for (const { name } of [...ERRORS_ABOUT, ...CLOSING]) {
    const found = compareEnds({ space, except: told }, base.get(name) ?? [], head.get(name) ?? []);
    // not `push(...)`, which takes no more than functions have arguments
    for (const one of found.changes) changes.push(one);
    for (const one of found.unclear) unclear.push(one);
    told = manager.any([told, ...[...found.changes, ...found.unclear].map(({ set }) => set)]);
  }
  return { changes, unclear };
}

/** The connection is what it was, without the packet. */
export function asAside(change: OutcomeChange): OutcomeChange {
  const isLost = isThere(change.base) && !isThere(change.head);
  return { ...change, severity: isLost ? 'hampered' : 'another-way', isAside: true };
}
