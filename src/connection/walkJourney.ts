/** Follows a packet through the mesh: each time a listener of the proxy takes it, the proxy's own packet is the next leg. */

import { completePacket } from '../host/completePacket.ts';
import type { Host, Listener } from '../host/host.ts';
import { Budget, type BudgetLimits } from '../lib/budget.ts';
import type { MeshProfile } from '../mesh/profile.ts';
import { literalSource, type Relay, relayOf, roleOf, serverOf } from '../mesh/relay.ts';
import type { Packet } from '../packet/packet.ts';
import { isLaterSegment } from '../packet/syn.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Connection } from '../simulate/connection.ts';
import { hasForeignSource } from '../simulate/conversation.ts';
import { simulate } from '../simulate/simulate.ts';
import { type Walk, whySpent } from '../simulate/trace.ts';
import { membershipOf } from '../simulate/whoseConnection.ts';
import type { Journey, Leg, Outcome, Path } from './journey.ts';
import { kernelReply } from './kernelReply.ts';
import { connectionsOf, isCut, isNeverAccepted, laterSpent, outcomeWith, together, toldWay } from './legConnection.ts';
import { legOutcome } from './outcome.ts';
import { type UnknownProxy, unknownProxies } from './unknownProxy.ts';

export interface JourneyOptions {
  readonly host: Host;
  /** absent: no mesh; every listener is the application's */
  readonly profile?: MeshProfile;
  readonly detailed?: boolean;
  /** how far the connection of each leg is walked; absent: its first packet alone */
  readonly connection?: 'data' | 'whole';
  /** at most so many paths; 256 when absent */
  readonly ways?: number;
  /** of the question that the journey is a part of: when it is spent, a `BudgetError` is thrown */
  readonly budget?: Budget;
  /** without a question: a journey that spends them is undecided, and says so */
  readonly limits?: BudgetLimits;
}

interface Traveller {
  readonly ruleset: Ruleset;
  readonly options: JourneyOptions;
  readonly budget: Budget;
  readonly ways: number;
  readonly paths: Path[];
  truncated: boolean;
}

export function walkJourney(ruleset: Ruleset, packet: Packet, options: JourneyOptions): Journey {
  const budget = options.budget ?? new Budget(options.limits);
  const traveller: Traveller = { ruleset, options, budget, ways: options.ways ?? 256, paths: [], truncated: false };
  const membership = membershipOf({ ruleset, packet, host: options.host }, { budget, cut: options.budget === undefined });
  follow(traveller, { packet, sender: senderOf(packet, options), before: [], ...(membership && { connection: membership.connection }) });
  const { paths, truncated } = traveller;
  const cut = firstOf(paths.flatMap(({ legs }) => legs.map((leg) => whySpent(leg.walk) ?? laterSpent(leg))));
  const spent = cut ?? (truncated ? `more than ${traveller.ways} branches` : undefined);
  const outcomes = new Set(paths.map((path) => path.outcome));
  const [only] = outcomes;
  const outcome: Outcome = spent !== undefined || outcomes.size !== 1 || only === undefined ? 'undecided' : only;
  return { packet, outcome, paths, truncated, ...(membership && { membership }), ...(spent !== undefined && { spent }) };
}

function firstOf<T>(list: readonly (T | undefined)[]): T | undefined {
  return list.find((one) => one !== undefined);
}

interface NextLeg {
  readonly packet: Packet;
  readonly sender: string;
  readonly before: readonly Leg[];
  readonly connection?: Connection;
}

function follow(traveller: Traveller, { packet, sender, before, connection }: NextLeg): void {
  const { ruleset, options, budget, ways, paths } = traveller;
  const { walks, truncated } = simulate(
    { ruleset, packet, host: options.host, ...(connection && { connection }) },
    {
      ways: ways - paths.length,
      ...(options.detailed === undefined ? {} : { detailed: options.detailed }),
      budget,
      cut: options.budget === undefined,
    },
  );
  if (truncated) traveller.truncated = true;
  for (const walk of walks) {
    if (paths.length >= ways) {
      traveller.truncated = true;
      return;
    }
    const taken = takenBy(walk, options);
    const leg: Leg = {
      sender,
      walk,
      ...(taken === undefined ? {} : { listener: taken, ...roleIn(options, taken) }),
    };
    for (const one of withConnection(traveller, { leg, isFirst: before.length === 0, among: walks.length })) {
      const reply = kernelReply(walk, { ruleset, host: options.host, budget, answered: toldWay(one)?.parts[1]?.walk });
      goOn(traveller, { before, leg: { ...one, ...(reply && { reply }) }, taken });
    }
  }
}

interface Opening {
  readonly leg: Leg;
  readonly isFirst: boolean;
  /** ways of the leg: they share those that are walked */
  readonly among: number;
}

/** One leg for each way that the first connection can end; a later one's ways are told together. */
function withConnection(traveller: Traveller, { leg, isFirst, among }: Opening): readonly Leg[] {
  const { ruleset, options, budget } = traveller;
  const { host, connection: asked, detailed } = options;
  if (asked === undefined) return [leg];
  const ways = Math.max(FEWEST_WAYS, Math.floor(traveller.ways / among));
  const question = { ruleset, host, budget, ways, cut: options.budget === undefined, ...(detailed !== undefined && { detailed }) };
  const further = connectionsOf(leg, { ...question, upTo: asked });
  // whether it opens does not depend on how many ways its data can go
  const ends = further.some(isCut) ? connectionsOf(leg, question).map((one) => ({ ...one, isShort: true as const })) : further;
  if (ends.some(isCut)) traveller.truncated = true;
  const all = together(ends);
  if (all === undefined) return [hasForeignSource(leg.walk.packet, host) ? { ...leg, foreignSource: true } : leg];
  const isTold = isFirst && legOutcome(leg) !== 'refused';
  return isTold ? ends.map((connection) => ({ ...leg, connection })) : [{ ...leg, connection: all }];
}

const FEWEST_WAYS = 8;

/** To the proxy's own packet, or to the end of the path. */
function goOn(traveller: Traveller, { before, leg, taken }: Arrived): void {
  const { options, paths } = traveller;
  const legs = [...before, leg];
  if (before.length === 0 && isNeverAccepted(leg)) {
    paths.push(pathOf(legs, undefined, undefined));
    return;
  }
  const relay = taken === undefined ? undefined : relayOf(options, taken);
  const seenAt = relay === undefined ? -1 : before.findIndex(({ listener }) => listener && relayOf(options, listener)?.id === relay.id);
  const emitted = relay === undefined || seenAt >= 0 ? undefined : emission(leg.walk, relay, options);
  if (emitted !== undefined && relay !== undefined) follow(traveller, { packet: emitted, sender: relay.sender.name, before: legs });
  else {
    const unknown = taken === undefined || relay !== undefined ? undefined : unknownAt(traveller, taken, leg.walk);
    paths.push(pathOf(legs, seenAt < 0 ? undefined : seenAt, unknown));
  }
}

interface Arrived {
  readonly before: readonly Leg[];
  readonly leg: Leg;
  /** by whom */
  readonly taken: Listener | undefined;
}

/** A proxy that takes the packet as a connection of its own to pass on; how is not known. */
function unknownAt({ ruleset, options }: Traveller, listener: Listener, { packet, after, fate }: Walk): UnknownProxy | undefined {
  const proxy = isLaterSegment(packet) ? undefined : unknownProxies(options, ruleset).find((one) => one.listener === listener);
  const port = fate.kind === 'delivered' && fate.transparent ? listener.port : (listener.port ?? after.dport);
  return proxy?.ports.some(({ lo, hi }) => port === undefined || (lo <= port && port <= hi)) === true ? proxy : undefined;
}

function pathOf(legs: readonly Leg[], cycleFrom: number | undefined, unknown: UnknownProxy | undefined): Path {
  const [first] = legs;
  if (first === undefined) return { outcome: 'undecided', firstOutcome: 'undecided', legs, choices: [] };
  const choices = [...legs.flatMap(({ walk }) => walk.choices), ...(first.connection?.dependsOn ?? [])];
  const firstOutcome = cycleFrom === undefined ? legOutcome(first) : 'loop';
  const end = cycleFrom === undefined ? unknown && { unknown } : { cycleFrom };
  return { outcome: outcomeWith(firstOutcome, first), firstOutcome, legs, choices, ...end };
}

function takenBy(walk: Walk, { host }: JourneyOptions): Listener | undefined {
  const { fate } = walk;
  if (fate.kind !== 'delivered' || fate.process === undefined) return undefined;
  const candidates = host.listeners.filter(
    ({ process, port, proto }) => process === fate.process && proto === walk.packet.proto && (port === undefined || port === fate.listener),
  );
  return candidates.find(({ address }) => address === walk.after.dst) ?? candidates[0];
}

function roleIn({ profile }: JourneyOptions, listener: Listener): Pick<Leg, 'role'> {
  const role = roleOf({ profile }, listener);
  return role === undefined ? {} : { role };
}

/** The packet that the relay sends next; undefined when it sends none. */
function emission({ packet }: Walk, relay: Relay, { host }: JourneyOptions): Packet | undefined {
  const { port, sender, sends, blackhole } = relay;
  if (blackhole && packet.dport === port) return undefined;
  if (isLaterSegment(packet)) return undefined;
  const server = serverOf(relay, packet.family);
  if (server === undefined) return undefined;
  const { address: dst = packet.dst, port: dport = packet.dport } = server;
  const { source, mark } = sends;
  const src = source === 'client' ? packet.src : literalSource(relay, packet.family, host);
  if (typeof source === 'object' && src === undefined) return undefined;
  return completePacket(
    {
      dir: 'out',
      proto: packet.proto,
      dst,
      uid: sender.uid,
      gid: sender.gid,
      mark,
      ...(src === undefined ? {} : { src }),
      ...(dport === undefined ? {} : { dport }),
    },
    host,
  ).packet;
}

function senderOf(packet: Packet, { host }: JourneyOptions): string {
  if (packet.dir === 'in') return 'client';
  if (!packet.socket) return 'kernel';
  const named = [...host.processes].flatMap(([name, { uid, gid }]) => (uid === packet.uid && gid === packet.gid ? [name] : []));
  // what a proxy sends has its mark
  const isProxy = (name: string, marks: (mark: number) => boolean): boolean =>
    host.proxies?.some(({ process, mark }) => process === name && marks(mark)) === true;
  const proxy = named.find((name) => isProxy(name, (mark) => mark === packet.mark));
  return proxy ?? named.find((name) => !isProxy(name, (mark) => mark !== packet.mark)) ?? 'process';
}
