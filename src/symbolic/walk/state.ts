/** A set of packets at one point of their way: which packets they were at the start, and what has become of their fields. */
import type { TooLong } from '../../host/mtu.ts';
import { groupBy } from '../../lib/groupBy.ts';
import type { Interval } from '../../lib/intervals.ts';
import type { Effect } from '../../netfilter/effect.ts';
import { lastEffect } from '../../netfilter/everyEffect.ts';
import type { Address } from '../../packet/address.ts';
import { type Field, OF_TRANSPORT } from '../../packet/fields.ts';
import type { CtDirection, CtState } from '../../packet/packet.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Vector } from '../diagrams/vector.ts';
import { constant } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { joinedWithAside } from './laidAside.ts';
import { stateNamesOf } from './stateKeys.ts';

/** What changes on the way, or is known by place. All other fields are those of the start. */
export interface Env {
  readonly src: Vector;
  readonly dst: Vector;
  readonly sport: Vector;
  readonly dport: Vector;
  readonly flags: Vector;
  readonly ttl: Vector;
  readonly tos: Vector;
  readonly mark: Vector;
  readonly connmark: Vector;
  /** in place of it, the template of a CT rule has the mark that earlier packets have left there */
  readonly remembered: boolean;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  /** the route decided last */
  readonly way: RouteDecision | undefined;
  /** the sending socket is still attached */
  readonly owned: boolean;
  /** undefined: conntrack has not seen the packet */
  readonly state: CtState | undefined;
  /** in which each direction is looked up */
  readonly zone: number;
  readonly replyZone: number;
  /** which way of its connection the packet goes */
  readonly direction: CtDirection;
  readonly tracked: boolean;
  readonly confirmed: boolean;
  readonly srcDone: boolean;
  readonly dstDone: boolean;
  /** addresses and ports of the connection when conntrack saw it first */
  readonly original: SymbolicTuple | undefined;
  /** of an answer: its ends as it was sent */
  readonly sent: SymbolicTuple | undefined;
  /** it belongs to a socket here, whose user is not known */
  readonly ownerUnsaid: boolean;
  /** index in the host's listeners of the transparent socket that TPROXY chose */
  readonly diverted: number | undefined;
  /** of an answer that REJECT makes: the packet that it is about */
  readonly about: About | undefined;
  /** of an ICMP error about a connection: a packet of it as it left, with what conntrack knows */
  readonly quotes: Pick<About, 'space' | 'env'> | undefined;
  /** interface whose address MASQUERADE gave to the connection */
  readonly masqueradedAt: string | undefined;
  /** of a later packet: the sockets that its connection has here by then */
  readonly sockets: readonly SymbolicSocket[] | undefined;
  /** of a later packet: its connection, which is found where its zone is */
  readonly entry: ConntrackEntry | undefined;
  /** the one that a packet of its connection has opened which conntrack did not take for one of it */
  readonly second?: ConntrackEntry | undefined;
  /** of later fragments: whether the rules that they meet read what they carry for a header; absent: whole packets */
  readonly fragments?: 'read' | 'passed over' | undefined;
  /** fields that may have any value, whatever the packet's way was; for questions about rules alone */
  readonly free?: ReadonlyMap<Field, FreeField>;
}

export interface FreeField {
  readonly present: Bdd;
  readonly bits: Vector;
  /** the value of an interface name is its place among these parts of all names */
  readonly names?: readonly Interval<string>[];
}

export interface About {
  /** in which the packet's own fields are; those of the answer are in another one */
  readonly space: Space;
  readonly env: Env;
  /** as REJECT calls the answer */
  readonly name: string;
}

/** A connection that is in the table when a packet comes. */
export interface ConntrackEntry extends Pick<Env, 'original' | 'zone' | 'replyZone' | 'connmark' | 'masqueradedAt'> {
  readonly original: SymbolicTuple;
  /** as its answers come, before NAT turns them back */
  readonly answers: SymbolicTuple;
  /** of the packet */
  readonly direction: CtDirection;
  /** what the packet is to it */
  readonly state: 'ESTABLISHED' | 'INVALID' | 'NEW' | 'RELATED';
  /** of an answer that comes after a third packet, where rules ask for it */
  readonly assured?: boolean;
}

/** Of a process here, which is connected. */
export interface SymbolicSocket {
  /** ends of the packets that come to it */
  readonly comes: SymbolicTuple;
  /** of first packets: whose connections have it, and where it is transparent */
  readonly exists: Bdd;
  readonly transparent: Bdd;
  /** the interface by which it hears from the other side: what comes by it is not routed again */
  readonly hears?: string;
}

export type SymbolicTuple = Pick<Env, 'src' | 'dst' | 'sport' | 'dport'>;

export interface RouteDecision {
  readonly oif: string;
  readonly local: boolean;
  readonly via: Address | undefined;
  /** it is discarded behind OUTPUT */
  readonly discards?: true;
  /** lengths of packets that do not fit it: before the rules of FORWARD, and behind them; absent: none */
  readonly tooLong?: { readonly routed?: TooLong | undefined; readonly leaving?: TooLong | undefined };
}

export interface PacketClass {
  readonly set: Bdd;
  /** only packets that are in one of these as well; absent: all of `set` */
  readonly aside?: Aside | undefined;
  readonly env: Env;
  /** why a packet of the class may also go another way */
  readonly doubts: readonly Doubt[];
  /** the last rule that decided something about these packets */
  readonly decided: Rule | undefined;
  /** what of it did so; absent: it does nothing else */
  readonly did?: Effect | undefined;
}

/** See laidAside.ts. */
export type Aside = readonly Pick<PacketClass, 'set' | 'aside'>[];

/** What decided. */
export function whatDecided({ decided, did }: Pick<PacketClass, 'decided' | 'did'>): Effect | undefined {
  return decided && (did ?? lastEffect(decided));
}

export interface Doubt {
  readonly why: 'chance' | 'unmodelled';
  readonly what: string;
  readonly rule?: Rule;
  /** of chance that is drawn each time anew; absent: it follows from earlier packets, or is not known */
  readonly lot?: Lot;
}

export interface Lot {
  /** whether what was asked held, and how likely that was, 0 to 1 */
  readonly held: boolean;
  readonly odds: number;
}

const NO_CONNMARK = constant(0, 32);

export function startEnv(space: Space, place: { readonly iif: string | undefined; readonly owned: boolean }): Env {
  const { start } = space;
  return {
    src: start.src,
    dst: start.dst,
    sport: start.sport,
    dport: start.dport,
    flags: start.flags,
    ttl: start.ttl,
    tos: start.tos,
    mark: start.mark,
    connmark: NO_CONNMARK,
    remembered: false,
    iif: place.iif,
    oif: undefined,
    way: undefined,
    owned: place.owned,
    state: undefined,
    zone: 0,
    replyZone: 0,
    direction: 'original',
    tracked: false,
    confirmed: false,
    srcDone: false,
    dstDone: false,
    original: undefined,
    sent: undefined,
    diverted: undefined,
    ownerUnsaid: false,
    about: undefined,
    quotes: undefined,
    masqueradedAt: undefined,
    sockets: undefined,
    entry: undefined,
  };
}

/** CT has attached its template, and the lookup is still to come. */
export function hasTemplate({ tracked, state }: Env): boolean {
  return tracked && state === undefined;
}

/** What later fragments carry is not known. */
export function isUnsaidOfFragment({ fragments }: Env, field: Field): boolean {
  return fragments === 'read' && OF_TRANSPORT.has(field);
}

/** Joins classes whose packets have been treated alike; with `byRule`, only those that the same rule decided. */
export function merge<T extends PacketClass>(space: Space, classes: readonly T[], byRule = false): readonly T[] {
  if (classes.length < 2) return classes;
  space.budget.step(classes.length);
  const [{ env, doubts }] = classes as readonly [T];
  // most that come together have been left as they are: no words are needed to compare them
  if (!byRule && classes.every((one) => one.env === env && one.doubts === doubts)) {
    const all = joinedWithAside(space.manager, classes);
    return all.set === EMPTY ? [] : [{ ...(classes[0] as T), ...all }];
  }
  const names = stateNamesOf(space.manager);
  const byKey = groupBy(
    classes.filter(({ set }) => set !== EMPTY),
    (one) => names.keyOf(one, byRule),
  );
  return [...byKey.values()].map((group) => (group.length === 1 ? group[0] : { ...group[0], ...joinedWithAside(space.manager, group) }));
}

/** `env` with what a chain changed between `from` and `to`. */
export function patched(env: Env, from: Env, to: Env): Env {
  const changes = (Object.keys(to) as (keyof Env)[]).filter((part) => to[part] !== from[part]);
  return changes.length === 0 ? env : { ...env, ...Object.fromEntries(changes.map((part) => [part, to[part]])) };
}
