/** Which packets that a listener took end in a redirect loop: journey/walkJourney.ts for sets.
 *  What the proxy sends follows from a packet's protocol, destination and, for a kept source, its source. */
import { memoize } from '../lib/memo.ts';
import type { Emission, MeshListener } from '../mesh/profile.ts';
import { parseAddress } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { EMPTY, FULL } from '../symbolic/bdd.ts';
import { projectFields } from '../symbolic/project.ts';
import { chosenSources } from '../symbolic/sources.ts';
import type { FateClass } from '../symbolic/traverse.ts';
import { equal, maskedEqual } from '../symbolic/vector.ts';
import type { Scene } from './scene.ts';

/** A packet is in more than one when chance or something unmodelled decides. */
export interface Onward {
  readonly loops: Bdd;
  readonly ends: Bdd;
  /** depends on something unmodelled */
  readonly unclear: Bdd;
}

export type LoopScene = Pick<Scene, 'space' | 'host' | 'profile'> & {
  /** all that the proxy sends, by how it ends */
  readonly emitted: () => readonly FateClass[];
  /** what was found, by listener and the listeners before it */
  readonly known: Map<string, Onward>;
};

type Fate = FateClass['fate'];

/** How packets that end so go on, with the listeners of these ports behind them. */
export function onward(scene: LoopScene, fate: Fate, visited: readonly number[] = []): Onward {
  const taker = takerOf(scene, fate);
  if (taker === undefined) return { loops: EMPTY, ends: FULL, unclear: EMPTY };
  if (visited.includes(taker.port)) return { loops: FULL, ends: EMPTY, unclear: EMPTY };
  const transparent = fate.kind === 'delivered' && fate.listener?.transparent === true;
  const key = `${taker.port} ${transparent} ${visited.join()}`;
  const found = scene.known.get(key) ?? takenOnward(scene, { taker, transparent, visited });
  scene.known.set(key, found);
  return found;
}

interface Taken {
  readonly taker: MeshListener;
  readonly transparent: boolean;
  readonly visited: readonly number[];
}

function takenOnward(scene: LoopScene, { taker, transparent, visited }: Taken): Onward {
  const { manager } = scene.space;
  const emits = emittingPackets(scene, taker);
  const next = sentOnward(scene, [...visited, taker.port]);
  const how = (transparent ? taker.transparent : undefined) ?? taker.emits;
  const before = how === undefined ? () => EMPTY : causes(scene, how);
  const sent = manager.any([before(next.loops), before(next.ends)]);
  return {
    loops: manager.and(emits, before(next.loops)),
    // a packet for which the proxy finds no source ends there
    ends: manager.any([manager.not(emits), manager.not(sent), before(next.ends)]),
    unclear: manager.and(emits, before(next.unclear)),
  };
}

/** How the proxy's own packets go on. */
function sentOnward(scene: LoopScene, visited: readonly number[]): Onward {
  const { manager } = scene.space;
  const parts = scene.emitted().map((one) => {
    const { loops, ends, unclear } = onward(scene, one.fate, visited);
    const unknown = one.doubts.some(({ why }) => why === 'unmodelled') ? FULL : unclear;
    return { loops: manager.and(one.set, loops), ends: manager.and(one.set, ends), unclear: manager.and(one.set, unknown) };
  });
  return {
    loops: manager.any(parts.map(({ loops }) => loops)),
    ends: manager.any(parts.map(({ ends }) => ends)),
    unclear: manager.any(parts.map(({ unclear }) => unclear)),
  };
}

/** The mesh's listener that takes the packet and passes it on. */
function takerOf({ profile }: LoopScene, fate: Fate): MeshListener | undefined {
  if (fate.kind !== 'delivered' || profile === undefined || fate.listener?.process !== profile.process.name) return undefined;
  const { port } = fate.listener;
  return profile.listeners.find((one) => one.port === port && one.emits !== undefined);
}

/** Packets of a connection for which the proxy opens another. */
function emittingPackets({ space: { manager, start }, profile }: LoopScene, { port }: MeshListener): Bdd {
  const opens = manager.or(
    manager.not(equal(manager, start.proto, PROTO.tcp)),
    maskedEqual(manager, start.flags, { value: TCP_FLAGS.S, mask: 0x17 }),
  );
  return profile?.blackholesOwnPort === true ? manager.minus(opens, equal(manager, start.dport, port)) : opens;
}

/** From packets of the proxy to those that made it send them. */
function causes(scene: LoopScene, { source, mark }: Emission): (sent: Bdd) => Bdd {
  const { space } = scene;
  const { manager, start, family } = space;
  const marked = manager.and(proxyPackets(scene), equal(manager, start.mark, mark));
  const kept = ['proto', 'dst', 'dport'] as const;
  const sentFrom = (from: Bdd): Bdd => manager.and(marked, from);
  if (typeof source === 'object') {
    const literal = parseAddress(source[family]);
    const sendable = literal === undefined ? EMPTY : sentFrom(equal(manager, start.src, literal));
    return (sent) => projectFields(space, manager.and(sent, sendable), kept);
  }
  const chosen = sentFrom(ownSources(space, mark));
  if (source === 'own') return (sent) => projectFields(space, manager.and(sent, chosen), kept);
  // a client without an address leaves the choice to the kernel
  const nobody = equal(manager, start.src, 0);
  const sendable = manager.minus(marked, nobody);
  return (sent) =>
    manager.or(
      projectFields(space, manager.and(sent, sendable), [...kept, 'src']),
      manager.and(nobody, projectFields(space, manager.and(sent, chosen), kept)),
    );
}

const ownSources = memoize(chosenSources);

/** The packets that host/completePacket.ts makes for the proxy, whatever their addresses and mark. */
export function proxyPackets({ space, host, profile }: Pick<LoopScene, 'space' | 'host' | 'profile'>): Bdd {
  const { manager, start, family } = space;
  if (profile === undefined) return EMPTY;
  const { uid, gid } = host.processes.get(profile.process.name) ?? profile.process;
  const is = (proto: number, length: number): Bdd =>
    manager.and(equal(manager, start.proto, proto), equal(manager, start.length, (family === 4 ? 20 : 40) + length));
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
