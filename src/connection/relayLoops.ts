/** Which packets that a listener took end in a redirect loop: journey/walkJourney.ts for sets.
 *  What the proxy sends follows from a packet's protocol, destination and, for a kept source, its source. */

import { memoize } from '../lib/memo.ts';
import { literalSource, type Relay, relayOf, relaysOf, serverOf } from '../mesh/relay.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import { SYN } from '../packet/syn.ts';
import { IP_HEADER } from '../packet/usual.ts';
import type { Ruleset } from '../ruleset/ruleset.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { between, equal, maskedEqual } from '../symbolic/diagrams/vector.ts';
import { projectFields } from '../symbolic/space/project.ts';
import { chosenSources } from '../symbolic/walk/sources.ts';
import { type FateClass, traverseOut } from '../symbolic/walk/traverse.ts';
import { keptOf } from './relayGraph.ts';
import type { RulesOnHost } from './rulesOnHost.ts';
import { type UnknownProxy, unknownProxies } from './unknownProxy.ts';

/** A packet is in more than one when chance or something unmodelled decides. */
export interface Onward {
  readonly loops: Bdd;
  readonly ends: Bdd;
  /** depends on something unmodelled */
  readonly unclear: Bdd;
  /** a process takes it of which it is not known what it sends, so that it may loop */
  readonly unknown: Bdd;
}

export type LoopScene = Pick<RulesOnHost, 'space' | 'host' | 'profile' | 'ruleset'> & {
  /** all that relays send, by how it ends */
  readonly emitted: () => readonly FateClass[];
  /** proxies of which it is not known what they send */
  readonly unknown: () => readonly UnknownProxy[];
  /** what was found, by listener and the listeners before it */
  readonly known: Map<string, Onward>;
};

/** `rulesOf`: the rules that the relays' packets meet. What these do is walked on demand, once. */
export function loopScene(around: Pick<LoopScene, 'space' | 'host' | 'profile' | 'ruleset'>, rulesOf: (within: Bdd) => Ruleset): LoopScene {
  const { space } = around;
  let emitted: readonly FateClass[] | undefined;
  let unknown: readonly UnknownProxy[] | undefined;
  return {
    ...around,
    known: new Map(),
    unknown: () => {
      unknown ??= unknownProxies(around, around.ruleset);
      return unknown;
    },
    emitted: () => {
      if (emitted !== undefined) return emitted;
      const within = relayedPackets(around);
      emitted = traverseOut({ space, ruleset: rulesOf(within), within });
      return emitted;
    },
  };
}

type Fate = FateClass['fate'];

/** The same for a class of packets: some of them may come to a proxy of which nothing is known. */
export function onwardOf(scene: LoopScene, one: FateClass, visited: readonly string[] = []): Onward {
  const next = onward(scene, one.fate, visited);
  return { ...next, unknown: scene.space.manager.or(next.unknown, takenByUnknown(scene, one)) };
}

function takenByUnknown(scene: LoopScene, { fate, env }: FateClass): Bdd {
  const { manager } = scene.space;
  if (fate.kind !== 'delivered' || fate.listener === undefined) return EMPTY;
  const proxy = scene.unknown().find(({ listener }) => listener === fate.listener);
  if (proxy === undefined) return EMPTY;
  const opens = openingPackets(scene);
  if (fate.transparent || fate.listener.port !== undefined) return opens;
  return manager.and(opens, manager.any(proxy.ports.map((ports) => between(manager, env.dport, ports))));
}

/** How packets that end so go on, after these relays. */
export function onward(scene: LoopScene, fate: Fate, visited: readonly string[] = []): Onward {
  const listener = fate.kind === 'delivered' ? fate.listener : undefined;
  const relay = listener === undefined ? undefined : relayOf(scene, listener);
  if (relay === undefined) return { loops: EMPTY, ends: FULL, unclear: EMPTY, unknown: EMPTY };
  if (visited.includes(relay.id)) return { loops: FULL, ends: EMPTY, unclear: EMPTY, unknown: EMPTY };
  const key = `${relay.id} ${listener?.transparent} ${visited.join()}`;
  const found = scene.known.get(key) ?? takenOnward(scene, relay, visited);
  scene.known.set(key, found);
  return found;
}

function takenOnward(scene: LoopScene, relay: Relay, visited: readonly string[]): Onward {
  const { manager } = scene.space;
  const emits = emittingPackets(scene, relay);
  const next = sentOnward(scene, [...visited, relay.id]);
  const before = causes(scene, relay);
  const sent = manager.any([before(next.loops), before(next.ends)]);
  return {
    loops: manager.and(emits, before(next.loops)),
    // a packet for which the relay finds no source ends there
    ends: manager.any([manager.not(emits), manager.not(sent), before(next.ends)]),
    unclear: manager.and(emits, before(next.unclear)),
    unknown: manager.and(emits, before(next.unknown)),
  };
}

/** How the relays' own packets go on. */
function sentOnward(scene: LoopScene, visited: readonly string[]): Onward {
  const { manager } = scene.space;
  const parts = scene.emitted().map((one) => {
    const { loops, ends, unclear, unknown } = onwardOf(scene, one, visited);
    const open = one.doubts.some(({ why }) => why === 'unmodelled') ? FULL : unclear;
    return {
      loops: manager.and(one.set, loops),
      ends: manager.and(one.set, ends),
      unclear: manager.and(one.set, open),
      unknown: manager.and(one.set, unknown),
    };
  });
  return {
    loops: manager.any(parts.map(({ loops }) => loops)),
    ends: manager.any(parts.map(({ ends }) => ends)),
    unclear: manager.any(parts.map(({ unclear }) => unclear)),
    unknown: manager.any(parts.map(({ unknown }) => unknown)),
  };
}

function openingPackets({ space: { manager, start } }: LoopScene): Bdd {
  const syn = maskedEqual(manager, start.flags, SYN);
  return manager.or(manager.not(equal(manager, start.proto, PROTO.tcp)), syn);
}

/** Packets of a connection for which the relay opens another. */
function emittingPackets(scene: LoopScene, { port, blackhole }: Relay): Bdd {
  const { manager, start } = scene.space;
  const opens = openingPackets(scene);
  return blackhole ? manager.minus(opens, equal(manager, start.dport, port)) : opens;
}

/** From packets of the relay to those that made it send them. */
function causes(scene: LoopScene, relay: Relay): (sent: Bdd) => Bdd {
  const { space } = scene;
  const { manager, start, family } = space;
  const { source, mark } = relay.sends;
  const server = serverOf(relay, family);
  if (server === undefined) return () => EMPTY;
  const marked = manager.all([
    packetsOf(scene, relay),
    equal(manager, start.mark, mark),
    server.address === undefined ? FULL : equal(manager, start.dst, server.address),
    server.port === undefined ? FULL : equal(manager, start.dport, server.port),
  ]);
  const kept = keptOf(relay);
  const sentFrom = (from: Bdd): Bdd => manager.and(marked, from);
  if (typeof source === 'object') {
    const literal = literalSource(relay, family, scene.host);
    const sendable = literal === undefined ? EMPTY : sentFrom(equal(manager, start.src, literal));
    return (sent) => projectFields(space, manager.and(sent, sendable), kept);
  }
  const chosen = sentFrom(ownSources(space, mark));
  if (source === 'own') return (sent) => projectFields(space, manager.and(sent, chosen), kept);
  // a client without an address leaves the choice to the kernel
  const unspecified = equal(manager, start.src, 0);
  const sendable = manager.minus(marked, unspecified);
  return (sent) =>
    manager.or(
      projectFields(space, manager.and(sent, sendable), [...kept, 'src']),
      manager.and(unspecified, projectFields(space, manager.and(sent, chosen), kept)),
    );
}

const ownSources = memoize(chosenSources);

/** The packets that host/completePacket.ts makes for relays, whatever their addresses and mark. */
export function relayedPackets(scene: Pick<LoopScene, 'space' | 'host' | 'profile'>): Bdd {
  return scene.space.manager.any(relaysOf(scene).map((relay) => packetsOf(scene, relay)));
}

function packetsOf({ space }: Pick<LoopScene, 'space'>, { sender: { uid, gid } }: Relay): Bdd {
  const { manager, start, family } = space;
  const is = (proto: number, length: number): Bdd =>
    manager.and(equal(manager, start.proto, proto), equal(manager, start.length, IP_HEADER[family] + length));
  return manager.all([
    space.socket,
    space.process,
    manager.not(space.hasMac),
    equal(manager, start.uid, uid),
    equal(manager, start.gid, gid),
    equal(manager, start.sport, 40000),
    equal(manager, start.ttl, 64),
    equal(manager, start.tos, 0),
    equal(manager, start.fragOffset, 0),
    manager.or(manager.and(is(PROTO.tcp, 40), equal(manager, start.flags, TCP_FLAGS.S)), is(PROTO.udp, 8)),
  ]);
}
