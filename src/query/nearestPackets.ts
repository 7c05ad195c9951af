/** The packets nearest to one that have another outcome: those that differ from it in the fewest parts, found among all packets that
 *  go the same direction, and each walked by the simulator before it is named. */
import { validPackets } from '../connection/packetWords.ts';
import { loopScene, onwardOf } from '../connection/relayLoops.ts';
import { endsOf } from '../connection/symbolicJourney.ts';
import { ordinaryPackets } from '../connection/typicalPackets.ts';
import { Budget, BudgetError, budgetReason } from '../lib/budget.ts';
import { familyOf, parsePrefix } from '../packet/address.ts';
import { countRulesAndElements } from '../ruleset/count.ts';
import { connectionEnds } from '../symbolic/connection/connectionEnds.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import type { Space } from '../symbolic/space/space.ts';
import { makeSpace } from '../symbolic/space/space.ts';
import { inPrefix } from '../symbolic/walk/routes.ts';
import { traverseIn, traverseOut } from '../symbolic/walk/traverse.ts';
import { chanceIn, withOutcome } from './find.ts';
import { type NearestQuestion, type NearPacket, pickNear, withoutState } from './nearPacket.ts';
import { around, changesIn, type PacketPart, packetParts } from './packetParts.ts';

/** `none` is a proof. */
export type Nearest =
  | { readonly kind: 'found'; readonly packets: readonly NearPacket[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'undecided'; readonly reason: string };

/** One, and two others that change as much. */
const MOST = 3;
const STATED = 'packets with a state are not searched: leave out `ctstate`';
/** Few changes first: that costs next to nothing, however many rules there are. */
const RADII = [1, 2, undefined] as const;

export function nearestPackets(question: NearestQuestion): Nearest {
  const { packet, ruleset, host, limits } = question;
  if (packet.oif !== undefined) return { kind: 'undecided', reason: 'sockets bound to an interface are not searched: leave out `oif`' };
  const budget = new Budget(limits);
  budget.admit(ruleset, countRulesAndElements(ruleset));
  try {
    const space = makeSpace(ruleset.family, host, budget);
    if (packet.ctstate === undefined) return searchNearest(question, space);
    const first = withoutState(question, space);
    return first === undefined ? { kind: 'undecided', reason: STATED } : { kind: 'found', packets: [first] };
  } catch (error) {
    if (error instanceof BudgetError) return { kind: 'undecided', reason: budgetReason(error) };
    throw error;
  }
}

interface Way {
  readonly iif: string | undefined;
  /** of the change that the way itself is */
  readonly cost: 0 | 1;
}

function searchNearest(question: NearestQuestion, space: Space): Nearest {
  const { manager } = space;
  const parts = packetParts(space, question.packet);
  const possible = possiblePackets(space, question);
  const scene = { space, host: question.host, profile: question.profile, ruleset: question.ruleset };
  const loops = loopScene(scene, () => question.ruleset);
  const ways = waysOf(question);
  let open: string | undefined;
  for (const radius of RADII) {
    const reached = ways.map((way) => {
      const within = radius === undefined ? possible : manager.and(possible, around(space, parts, radius - way.cost));
      const ask = { space, ruleset: question.ruleset, within };
      const classes = way.iif === undefined ? traverseOut(ask) : traverseIn(ask, way.iif);
      const connections = connectionEnds({ space, ruleset: question.ruleset, iif: way.iif }, classes);
      const ends = endsOf(scene, { classes, next: (one) => onwardOf(loops, one), open: new Set(), connections });
      const { sure, unclear, mayLoop = EMPTY } = withOutcome(space, ends, { outcome: question.outcome });
      const byChance = manager.and(sure, chanceIn(space, ends, question.outcome));
      if (unclear !== EMPTY || mayLoop !== EMPTY) open = 'it depends on something that is not modelled';
      else if (byChance !== EMPTY) open ??= 'the packets that can have it have it by chance';
      return { way, sure: manager.minus(sure, byChance) };
    });
    for (let size = 1; size <= (radius ?? 2 * parts.length); size++) {
      const packets = reached.flatMap(({ way, sure }) => {
        const set = size < way.cost ? EMPTY : manager.and(sure, around(space, parts, size - way.cost));
        return set === EMPTY ? [] : nearIn(question, { space, way, parts, set, size: size - way.cost });
      });
      if (packets.length > 0) return { kind: 'found', packets: packets.slice(0, MOST) };
    }
  }
  return open === undefined ? { kind: 'none' } : { kind: 'undecided', reason: open };
}

interface Reached {
  readonly space: Space;
  readonly way: Way;
  readonly parts: readonly PacketPart[];
  /** packets with the outcome that differ in no more than `size` keys */
  readonly set: Bdd;
  readonly size: number;
}

/** Packets as people think of them, or else any. */
function nearIn(question: NearestQuestion, { space, way, parts, set, size }: Reached): readonly NearPacket[] {
  const { iif } = way;
  const ordinary = space.manager.and(set, ordinaryPackets(space, iif));
  const find = (within: Bdd) => changesIn(space, { set: within, parts, size, most: MOST });
  const usual = find(ordinary);
  return (usual.length > 0 ? usual : find(set)).map(({ changed, set: left }) =>
    pickNear(question, space, { changed, set: left, ...(iif !== undefined && { iif }), arrivesElsewhere: way.cost > 0 }),
  );
}

/** The packet's own first. */
function waysOf({ packet, host, isAssumed }: NearestQuestion): readonly Way[] {
  const { dir, iif } = packet;
  if (dir === 'out') return [{ iif: undefined, cost: 0 }];
  const others = isAssumed ? [] : host.interfaces.filter(({ name }) => name !== iif && name !== 'lo');
  return [{ iif: iif ?? '', cost: 0 }, ...others.map(({ name }): Way => ({ iif: name, cost: 1 }))];
}

function possiblePackets(space: Space, { packet, isAssumed, host }: NearestQuestion): Bdd {
  const { manager, start, socket, process, family } = space;
  const { dir, src, dst } = packet;
  // a socket without a process is the kernel's own, which no notation writes
  const owned = packet.socket && packet.uid === undefined ? FULL : manager.not(manager.xor(socket, process));
  const valid = manager.all([validPackets(space, { dir }), owned]);
  if (!isAssumed) return valid;
  if (dir === 'in') return manager.and(valid, equal(manager, start.dst, dst));
  const own = host.interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address));
  const loopback = parsePrefix(family === 4 ? '127.0.0.0/8' : '::1/128');
  const fromHere = own.filter((address) => familyOf(address) === family).map((address) => equal(manager, start.src, address));
  const local = loopback === undefined ? EMPTY : inPrefix(space, start.src, loopback);
  return manager.and(valid, manager.any([...fromHere, local, equal(manager, start.src, src)]));
}
