/** The packets that are treated as this one is: sent or arriving alike, with the same outcome of the first leg, the same rewriting, and the
 *  same rules that decide or return; and the connections that they open come as far, with their data. Exact. */

import type { GeneralWords } from '../connection/generalWords.ts';
import { outcomesOf } from '../connection/outcomesOf.ts';
import { exactWords, generalWords, NO_WORDS } from '../connection/packetWords.ts';
import { partsByConnection } from '../connection/partsByConnection.ts';
import type { Host } from '../host/host.ts';
import { Budget, BudgetError } from '../lib/budget.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { lastEffect } from '../netfilter/everyEffect.ts';
import type { Packet } from '../packet/packet.ts';
import { countRules } from '../ruleset/count.ts';
import type { Rule, Ruleset } from '../ruleset/ruleset.ts';
import { tableSize } from '../ruleset/tableSize.ts';
import { connectionEnds } from '../symbolic/connection/connectionEnds.ts';
import type { ConnectionQuestion } from '../symbolic/connection/going.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import { assignmentOf, setContains } from '../symbolic/space/member.ts';
import type { Space } from '../symbolic/space/space.ts';
import { makeSpace } from '../symbolic/space/space.ts';
import type { FateClass } from '../symbolic/walk/traverse.ts';
import { traverseIn, traverseOut } from '../symbolic/walk/traverse.ts';

export interface SameQuestion {
  readonly host: Host;
  readonly profile?: MeshProfile;
  readonly deadline?: () => boolean;
}

export interface Same {
  /** every packet of the class that has its protocol, looked for on demand */
  readonly exactly: () => string;
  /** as people speak of them, the packet's own first */
  readonly general: GeneralWords;
}

/** Larger rulesets take longer than people wait for a trace. */
const MAX_RULES = 1000;
/** With the elements of maps, of which more would spend the nodes below without an answer. */
const MAX_SIZE = 20_000;
/** Nor do they wait long for hard ones. */
const LIMITS = { steps: 4_000_000, nodes: 1_000_000, classes: 5_000 };

/** Undefined where chance or something unmodelled decides, for sockets and states that were forced, and for large rulesets. */
export function sameAs(ruleset: Ruleset, packet: Packet, { host, profile, deadline }: SameQuestion): Same | undefined {
  if (packet.oif !== undefined || packet.ctstate !== undefined || isLarge(ruleset)) return undefined;
  const space = makeSpace(ruleset.family, host, new Budget({ ...LIMITS, ...(deadline && { deadline }) }));
  try {
    const set = sameSet(space, { ruleset, packet, profile });
    if (set === undefined) return undefined;
    const { dir, iif } = packet;
    const spoken = {
      set,
      dir,
      ...(iif !== undefined && { iif }),
      first: assignmentOf(space, packet),
    };
    const general = generalWords(space, spoken);
    return general.sets[0] === NO_WORDS ? undefined : { exactly: () => exactWords(space, spoken), general };
  } catch (error) {
    if (error instanceof BudgetError) return undefined;
    throw error;
  }
}

function isLarge(ruleset: Ruleset): boolean {
  return countRules(ruleset) > MAX_RULES || [...ruleset.tables.values()].reduce((size, table) => size + tableSize(table), 0) > MAX_SIZE;
}

interface Asked {
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  readonly profile: MeshProfile | undefined;
}

/** Of the packet's own protocol: the walk of others would be for nothing. */
export function sameSet(space: Space, { ruleset, packet, profile }: Asked): Bdd | undefined {
  const { manager } = space;
  const bits = assignmentOf(space, packet);
  const returned = new Map<Rule, Bdd>();
  const visit = (rule: Rule, _hook: string, _reaching: Bdd, matching: Bdd): void => {
    if (lastEffect(rule).kind === 'return') returned.set(rule, manager.or(returned.get(rule) ?? EMPTY, matching));
  };
  const ask = { space, ruleset, visit, within: equal(manager, space.start.proto, packet.proto) };
  const classes = packet.dir === 'out' ? traverseOut(ask) : traverseIn(ask, packet.iif ?? '');
  const [own, ...more] = classes.filter(({ set }) => setContains(space, set, bits));
  if (own === undefined || more.length > 0 || own.doubts.length > 0) return undefined;
  const outcome = outcomesOf({ space, profile }, own, own.set).find(({ set }) => setContains(space, set, bits))?.outcome;
  const alike = classes.filter((one) => one.doubts.length === 0 && endsAlike(one, own));
  const sets = alike.flatMap((one) => outcomesOf({ space, profile }, one, one.set).filter((part) => part.outcome === outcome));
  const iif = packet.dir === 'in' ? (packet.iif ?? '') : undefined;
  let set = connectedAlike({ space, ruleset, iif }, { classes: alike, within: manager.any(sets.map((part) => part.set)), bits });
  if (set === undefined) return undefined;
  for (const matching of returned.values()) {
    set = setContains(space, matching, bits) ? manager.and(set, matching) : manager.minus(set, matching);
  }
  return set;
}

interface Alike {
  readonly classes: readonly FateClass[];
  readonly within: Bdd;
  /** of the packet itself */
  readonly bits: ReturnType<typeof assignmentOf>;
}

/** Those whose connections come as far as that of the packet, or are stopped in the same way by the same rule. */
function connectedAlike(question: ConnectionQuestion, { classes, within, bits }: Alike): Bdd | undefined {
  const { space } = question;
  const { manager } = space;
  const cut = classes.map((one) => ({ ...one, set: manager.and(one.set, within) })).filter(({ set }) => set !== EMPTY);
  const parts = [...partsByConnection(space, connectionEnds(question, cut)).values()].flat();
  const [own, ...more] = parts.filter(({ set }) => setContains(space, set, bits));
  if (own === undefined || more.length > 0 || own.of.doubts.length > 0) return undefined;
  const same = parts.filter(({ becomes, says, of }) => becomes === own.becomes && says === own.says && of.doubts.length === 0);
  return manager.any(same.filter(({ of }) => own.becomes === 'as-first' || of.decided === own.of.decided).map(({ set }) => set));
}

/** Taken or sent off by the same, with the same addresses or untouched ones. */
function endsAlike(one: FateClass, other: FateClass): boolean {
  const same = (part: 'src' | 'dst' | 'sport' | 'dport'): boolean => one.env[part].every((bit, at) => bit === other.env[part][at]);
  if (one.decided !== other.decided || one.fate.kind !== other.fate.kind) return false;
  return same('src') && same('dst') && same('sport') && same('dport');
}
