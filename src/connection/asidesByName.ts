/** What becomes of ICMP errors about connections and of their closing, packet by packet, in the form in which first packets are compared. */
import type { PartName } from '../netfilter/connectionParts.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import type { ConnectionEnd } from '../symbolic/connection/going.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import type { Outcome } from './journey.ts';
import { howItEnds } from './partsByConnection.ts';
import { drawnBy, type End } from './symbolicJourney.ts';

/** Disjoint for each name, but where chance decides. */
export type AsidesByName = ReadonlyMap<PartName, readonly End[]>;

/** `open`: unmodelled targets after which rulesets that are compared differ. */
export function asidesByName(ends: readonly ConnectionEnd[], open: ReadonlySet<Rule>): AsidesByName {
  const found = new Map<PartName, End[]>();
  for (const one of ends) {
    const ofName = found.get(one.part) ?? [];
    found.set(one.part, ofName);
    ofName.push(endOf(one, open));
  }
  return found;
}

function endOf({ set, end, first, part, last, doubts }: ConnectionEnd, open: ReadonlySet<Rule>): End {
  const how = end === 'completes' ? ARRIVES : `${part} ${howItEnds(end === 'undecided' ? 'undecided' : 'stalls', last)}`;
  const isOpen = last.decided !== undefined && open.has(last.decided);
  return {
    set,
    outcome: OUTCOMES[end],
    of: { ...first, doubts, decided: last.decided, did: last.did },
    says: how,
    stall: how,
    numbers: [],
    unclear: doubts.some(({ why }) => why === 'unmodelled') ? set : EMPTY,
    mayLoop: EMPTY,
    isOpen,
    ...drawnBy({ doubts }),
  };
}

const ARRIVES = 'arrives';

export function isThere({ says }: End): boolean {
  return says === ARRIVES;
}

/** Of the packet, not of the connection. */
const OUTCOMES: Readonly<Record<ConnectionEnd['end'], Outcome>> = {
  completes: 'to-app',
  stalls: 'lost',
  'one-way': 'lost',
  undecided: 'undecided',
};
