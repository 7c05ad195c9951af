/** One packet of those that differ from another in some parts, with the values that people would choose, and walked. */
import type { Journey, Outcome } from '../connection/journey.ts';
import { walkJourney } from '../connection/walkJourney.ts';
import { completePacket } from '../host/completePacket.ts';
import type { Host } from '../host/host.ts';
import { BudgetError, type BudgetLimits } from '../lib/budget.ts';
import { InvariantError } from '../lib/invariant.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { packetText } from '../packet/notation.ts';
import type { Packet } from '../packet/packet.ts';
import type { PartialPacket } from '../packet/partialPacket.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import { intervalsOf, project } from '../symbolic/space/project.ts';
import type { Space, StartField } from '../symbolic/space/space.ts';
import { widthOf } from '../symbolic/space/space.ts';
import { pickWitness, usualPreferences } from '../symbolic/words/witness.ts';
import { type PacketPart, type PartKey, valueOrUsual } from './packetParts.ts';

export interface NearestQuestion {
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  /** parts of it that were not given */
  readonly defaults: readonly (keyof PartialPacket)[];
  readonly host: Host;
  /** the address of the host was taken from the packet: it is the same in every packet that is looked at */
  readonly isAssumed: boolean;
  readonly profile?: MeshProfile;
  /** not that of the packet */
  readonly outcome: Outcome;
  readonly limits?: BudgetLimits;
}

export interface NearPacket {
  readonly journey: Journey;
  readonly changed: readonly PartKey[];
  /** what its text may leave out */
  readonly defaults: readonly (keyof PartialPacket)[];
}

interface Near {
  readonly changed: readonly PacketPart[];
  /** not empty; equal to the packet in every other part */
  readonly set: Bdd;
  readonly iif?: string;
  /** the interface is changed too */
  readonly arrivesElsewhere: boolean;
}

export function pickNear(question: NearestQuestion, space: Space, near: Near): NearPacket {
  const { packet, outcome } = question;
  const { iif, changed, arrivesElsewhere } = near;
  const set = narrowed(space, packet, near);
  const exact = pickWitness(space, set, { dir: packet.dir, preferences: [], ...(iif !== undefined && { iif }) });
  if (exact === undefined) throw new InvariantError('a change without packets');
  const keys = [...changed.flatMap(({ key, more }) => [key, ...more]), ...(arrivesElsewhere ? (['iif'] as const) : [])];
  const { given, left } = asTyped(question, exact, near);
  const typed = completePacket(given, question.host).packet;
  const walked = typed && walk(question, space, typed);
  if (walked?.outcome === outcome) return { journey: walked, changed: keys, defaults: left };
  const journey = walk(question, space, exact);
  if (journey.outcome === outcome) return { journey, changed: keys, defaults: [] };
  if (journey.truncated || journey.spent !== undefined) throw new BudgetError('ways', 'more ways of one packet than are walked');
  throw new InvariantError(`the proof says \`${outcome}\` for ${packetText(exact)}, the simulator says \`${journey.outcome}\``);
}

/** Without what is said of its connection. */
export function withoutState(question: NearestQuestion, space: Space): NearPacket | undefined {
  const { ctstate: _, ctdir, ctorigsrc, ctorigdst, connmark, ...packet } = question.packet;
  const journey = walk(question, space, packet);
  return journey.outcome === question.outcome ? { journey, changed: ['ctstate'], defaults: question.defaults } : undefined;
}

function walk({ ruleset, host, profile }: NearestQuestion, { budget }: Space, packet: Packet): Journey {
  return walkJourney(ruleset, packet, { host, budget, detailed: true, connection: 'data', ...(profile && { profile }) });
}

/** What stands in the text of the packet, and what is changed: the rest is filled in again. */
function asTyped({ packet, defaults }: NearestQuestion, exact: Packet, { changed, arrivesElsewhere }: Near) {
  const fields = new Set<string>(changed.flatMap((part) => part.fields));
  if (arrivesElsewhere) fields.add('iif');
  const keys = Object.keys(exact) as (keyof Packet)[];
  const mayFollow = (key: keyof Packet): boolean =>
    key === 'length' || (defaults as readonly string[]).includes(key) || (packet[key] === undefined && key !== 'dport' && key !== 'mac');
  const left = keys.filter((key) => key !== 'dir' && key !== 'proto' && key !== 'dst' && !fields.has(key) && mayFollow(key));
  const gone = new Set<string>([...left, 'family']);
  return {
    given: Object.fromEntries(Object.entries(exact).filter(([key]) => !gone.has(key))) as PartialPacket,
    left: left as readonly (keyof PartialPacket)[],
  };
}

/** Each changed field has one value: a usual one, or else the nearest. */
function narrowed(space: Space, packet: Packet, { changed, set }: Near): Bdd {
  const { manager, start } = space;
  const usual = new Map(usualPreferences(space, packet.dir));
  let left = set;
  for (const field of changed.flatMap((part) => part.fields)) {
    const own = NEAREST.has(field) ? [] : (usual.get(field) ?? []);
    const known = own.find((value) => manager.and(left, equal(manager, start[field], value)) !== EMPTY);
    const value = known ?? nearestValue(space, left, { field, to: BigInt(valueOrUsual(packet, field)) });
    if (value !== undefined) left = manager.and(left, equal(manager, start[field], value));
  }
  return left;
}

/** No port is likelier than the one beside it. */
const NEAREST: ReadonlySet<StartField> = new Set(['dport', 'sport', 'ttl', 'length', 'tos', 'mark']);
const MOST_INTERVALS = 4096;

/** Undefined: the values are too scattered. */
function nearestValue(space: Space, set: Bdd, { field, to }: { readonly field: StartField; readonly to: bigint }): bigint | undefined {
  const range = { start: space.offsets[field], width: widthOf(field, space.family) };
  const intervals = intervalsOf(space.manager, project(space.manager, set, range), range, MOST_INTERVALS) ?? [];
  const ends = intervals.map(({ lo, hi }) => (to < lo ? lo : to > hi ? hi : to));
  const distance = (value: bigint): bigint => (value > to ? value - to : to - value);
  return ends.reduce<bigint | undefined>(
    (best, value) => (best === undefined || distance(value) < distance(best) ? value : best),
    undefined,
  );
}
