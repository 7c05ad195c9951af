/** Which listener's process can send packets that reach which listener: a redirect loop is a cycle here.
 *  A packet keeps its original destination from listener to listener, so that a cycle is one of a destination. */
import type { Emission, MeshListener } from '../mesh/profile.ts';
import { parseAddress } from '../packet/address.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/bdd.ts';
import { EMPTY, FULL } from '../symbolic/bdd.ts';
import { projectFields } from '../symbolic/project.ts';
import { chosenSources } from '../symbolic/sources.ts';
import { between, equal, maskedEqual } from '../symbolic/vector.ts';
import type { Scene } from './scene.ts';

export interface Edge {
  readonly from: MeshListener;
  readonly to: MeshListener;
  /** packets that the process of `from` sends and the process of `to` takes and passes on */
  readonly packets: Bdd;
}

export interface Cycle {
  readonly edges: readonly Edge[];
  /** first packet of the cycle: of the process of its first listener */
  readonly packets: Bdd;
}

export function listenerEdges(scene: Scene): readonly Edge[] {
  const { space, profile } = scene;
  const { manager } = space;
  const emitters = (profile?.listeners ?? []).filter(({ emits }) => emits !== undefined);
  return emitters.flatMap((from) =>
    emissionsOf(scene, from).flatMap((sent) =>
      emitters.flatMap((to): Edge[] => {
        const taken = scene.out().filter(({ fate }) => {
          return fate.kind === 'delivered' && fate.listener?.process === profile?.process.name && fate.listener?.port === to.port;
        });
        const reach = manager.and(sent, manager.any(taken.map(({ set }) => set)));
        const packets = profile?.blackholesOwnPort === true ? manager.minus(reach, equal(manager, space.start.dport, to.port)) : reach;
        return packets === EMPTY ? [] : [{ from, to, packets }];
      }),
    ),
  );
}

/** All packets that a listener's process may send for a connection it took. */
export function emissionsOf(scene: Scene, listener: MeshListener): readonly Bdd[] {
  const emission = emissionOf(scene, listener);
  return emission === undefined ? [] : [emissionSet(scene, listener, emission)];
}

/** What the process sends follows from its socket, not from how a packet came to it. */
export function emissionOf({ host, profile }: Scene, { port, emits, transparent }: MeshListener): Emission | undefined {
  const socket = host.listeners.find((one) => one.process === profile?.process.name && one.port === port);
  return (socket?.transparent === true ? transparent : undefined) ?? emits;
}

function emissionSet({ space, host, profile }: Scene, { port, protos }: MeshListener, emission: Emission): Bdd {
  const { manager, start, family } = space;
  const identity = profile === undefined ? undefined : (host.processes.get(profile.process.name) ?? profile.process);
  const literal = typeof emission.source === 'object' ? parseAddress(emission.source[family]) : undefined;
  const syn = manager.and(equal(manager, start.proto, PROTO.tcp), maskedEqual(manager, start.flags, { value: TCP_FLAGS.S, mask: 0xff }));
  const udp = equal(manager, start.proto, PROTO.udp);
  return manager.all([
    space.socket,
    space.process,
    equal(manager, start.uid, identity?.uid ?? 0),
    equal(manager, start.gid, identity?.gid ?? 0),
    equal(manager, start.mark, emission.mark),
    equal(manager, start.fragOffset, 0),
    manager.any([protos.includes('tcp') ? syn : EMPTY, protos.includes('udp') ? udp : EMPTY]),
    // an ephemeral port, net.ipv4.ip_local_port_range
    between(manager, start.sport, { lo: 32768, hi: 60999 }),
    literal === undefined ? (emission.source === 'own' ? chosenSources(space, emission.mark) : FULL) : equal(manager, start.src, literal),
    profile?.blackholesOwnPort === true ? manager.not(equal(manager, start.dport, port)) : FULL,
    manager.not(equal(manager, start.ttl, 0)),
  ]);
}

/** Every cycle of distinct listeners that some original destination goes round. */
export function cyclesOf(scene: Scene, edges: readonly Edge[]): readonly Cycle[] {
  const { space } = scene;
  const { manager } = space;
  const destination = (edge: Edge): Bdd => projectFields(space, edge.packets, ['proto', 'dst', 'dport']);
  const cycles: Cycle[] = [];
  const extend = (path: readonly Edge[], shared: Bdd): void => {
    const [first] = path;
    const last = path.at(-1);
    if (first === undefined || last === undefined || shared === EMPTY) return;
    if (last.to === first.from) {
      cycles.push({ edges: path, packets: manager.and(first.packets, shared) });
      return;
    }
    if (path.some(({ from }) => from === last.to)) return;
    for (const edge of edges) if (edge.from === last.to) extend([...path, edge], manager.and(shared, destination(edge)));
  };
  // each cycle is found once, from its listener with the lowest port
  for (const edge of edges) extend([edge], destination(edge));
  return cycles.filter(({ edges: [head, ...rest] }) => head !== undefined && rest.every(({ from }) => from.port > head.from.port));
}
