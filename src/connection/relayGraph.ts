/** Which relay can send packets that reach which relay: a redirect loop is a cycle here. A packet keeps its original destination
 *  from listener to listener, so that a cycle is one of a destination, but for forwarders, which ask a server of their own. */

import type { Listener } from '../host/host.ts';
import type { MeshListener } from '../mesh/profile.ts';
import { literalSource, type Relay, relayOf, relaysOf, serverOf } from '../mesh/relay.ts';
import { TCP_FLAGS } from '../packet/fields.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY, FULL } from '../symbolic/diagrams/bdd.ts';
import { between, equal, maskedEqual } from '../symbolic/diagrams/vector.ts';
import { projectFields } from '../symbolic/space/project.ts';
import { chosenSources } from '../symbolic/walk/sources.ts';
import type { RulesOnHost, SendingHost } from './rulesOnHost.ts';

export interface Edge {
  readonly from: Relay;
  readonly to: Relay;
  /** packets that `from` sends and `to` takes and passes on */
  readonly packets: Bdd;
}

export interface Cycle {
  readonly edges: readonly Edge[];
  /** first packet of the cycle: of the process of its first listener */
  readonly packets: Bdd;
}

export function listenerEdges(scene: SendingHost): readonly Edge[] {
  const { space, host } = scene;
  const { manager } = space;
  const relays = relaysOf(scene);
  const listening = host.listeners.map((listener) => ({ proto: listener.proto, id: relayOf(scene, listener)?.id }));
  return relays.flatMap((from) => {
    const protos = listening.flatMap(({ proto, id }) => (id === from.id ? [proto] : []));
    const sent = relayedSet(scene, from, protos);
    return relays.flatMap((to): Edge[] => {
      const taken = scene
        .out()
        .filter(({ fate }) => fate.kind === 'delivered' && fate.listener && relayOf(scene, fate.listener)?.id === to.id);
      const reach = manager.and(sent, manager.any(taken.map(({ set }) => set)));
      const packets = to.blackhole ? manager.minus(reach, equal(manager, space.start.dport, to.port)) : reach;
      return packets === EMPTY ? [] : [{ from, to, packets }];
    });
  });
}

/** All packets that a listener's process may send for a connection it took. */
export function emittedBy(scene: RulesOnHost, listener: MeshListener): Bdd {
  const relay = relayAt(scene, listener);
  const protos = listener.protos.map((proto) => PROTO[proto]);
  return relay === undefined ? EMPTY : relayedSet(scene, relay, protos);
}

/** Without a socket on the host: as if there were one that is not transparent. */
export function relayAt(scene: RulesOnHost, { port }: MeshListener): Relay | undefined {
  const { host, profile } = scene;
  if (profile === undefined) return undefined;
  const { name } = profile.process;
  const supposed: Listener = { proto: PROTO.tcp, port, process: name, transparent: false };
  return relayOf(scene, host.listeners.find((one) => one.process === name && one.port === port) ?? supposed);
}

function relayedSet({ space, host }: RulesOnHost, relay: Relay, protos: readonly number[]): Bdd {
  const { port, sender, sends, blackhole } = relay;
  const { manager, start, family } = space;
  const { source, mark } = sends;
  const server = serverOf(relay, family);
  if (server === undefined) return EMPTY;
  const literal = literalSource(relay, family, host);
  if (typeof source === 'object' && literal === undefined) return EMPTY;
  const syn = manager.and(equal(manager, start.proto, PROTO.tcp), maskedEqual(manager, start.flags, { value: TCP_FLAGS.S, mask: 0xff }));
  const udp = equal(manager, start.proto, PROTO.udp);
  // a server of its own is no port of the connection
  const kept = blackhole && server.port === undefined ? manager.not(equal(manager, start.dport, port)) : FULL;
  return manager.all([
    space.socket,
    space.process,
    equal(manager, start.uid, sender.uid),
    equal(manager, start.gid, sender.gid),
    equal(manager, start.mark, mark),
    equal(manager, start.fragOffset, 0),
    manager.any([protos.includes(PROTO.tcp) ? syn : EMPTY, protos.includes(PROTO.udp) ? udp : EMPTY]),
    // an ephemeral port, net.ipv4.ip_local_port_range
    between(manager, start.sport, { lo: 32768, hi: 60999 }),
    literal === undefined ? (source === 'own' ? chosenSources(space, mark) : FULL) : equal(manager, start.src, literal),
    kept,
    server.address === undefined ? FULL : equal(manager, start.dst, server.address),
    server.port === undefined ? FULL : equal(manager, start.dport, server.port),
    manager.not(equal(manager, start.ttl, 0)),
    // connect() to no address calls the own host. kernel net/ipv4/route.c ip_route_output_key_hash_rcu()
    manager.not(equal(manager, start.dst, 0)),
  ]);
}

/** What of a connection's destination the packet that a relay sends for it still has. */
export function keptOf({ dials }: Pick<Relay, 'dials'>): readonly ('proto' | 'dst' | 'dport')[] {
  return dials === 'original' ? ['proto', 'dst', 'dport'] : dials === 'app' ? ['proto', 'dport'] : ['proto'];
}

interface Way {
  readonly path: readonly Edge[];
  /** destinations with which the first packet comes so far, and those that the last one has */
  readonly first: Bdd;
  readonly last: Bdd;
  /** what the last one still has of the first one's */
  readonly kept: ReturnType<typeof keptOf>;
}

/** Every cycle of distinct relays, from the first of them in the order of ports. */
export function cyclesOf({ space }: Pick<RulesOnHost, 'space'>, edges: readonly Edge[]): readonly Cycle[] {
  const { manager } = space;
  const destination = ({ packets }: Edge): Bdd => projectFields(space, packets, ['proto', 'dst', 'dport']);
  const order = [...new Set(edges.map(({ from }) => from.id))];
  const cycles: Cycle[] = [];
  const extend = (way: Way): void => {
    const [head] = way.path;
    const end = way.path.at(-1);
    if (head === undefined || end === undefined || way.last === EMPTY || way.first === EMPTY) return;
    if (end.to.id === head.from.id) {
      // what the first relay sends the second time
      const again = manager.and(projectFields(space, way.last, keptOf(head.from)), destination(head));
      if (again !== EMPTY) cycles.push({ edges: way.path, packets: manager.and(head.packets, way.first) });
      return;
    }
    if (way.path.some(({ from }) => from.id === end.to.id)) return;
    for (const edge of edges) {
      if (edge.from.id !== end.to.id || order.indexOf(edge.from.id) < order.indexOf(head.from.id)) continue;
      const passed = keptOf(edge.from);
      const last = manager.and(projectFields(space, way.last, passed), destination(edge));
      const kept = way.kept.filter((field) => passed.includes(field));
      const first = manager.and(way.first, projectFields(space, last, kept));
      extend({ path: [...way.path, edge], first, last, kept });
    }
  };
  for (const edge of edges) extend({ path: [edge], first: destination(edge), last: destination(edge), kept: ['proto', 'dst', 'dport'] });
  return cycles;
}
