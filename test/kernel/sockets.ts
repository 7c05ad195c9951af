/** The real sockets of the program (src/kernel/oracle/connections.py), started by the tests and asked about the hosts of theirs. */
import { startSockets } from '../../src/cli/io/dialogue.ts';
import { connectionQuestion, farServers, MORE_PORTS, openSockets as openSocketsBy, type Sockets } from '../../src/kernel/asked/sockets.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { type Backend, ORACLE } from './oracle.ts';
import { type HostJson, questionOf, type Rules } from './question.ts';

/** A first packet; what connects chooses its source, but for one of another host. */
export type Opening = Packet;

export interface ConnectionCase {
  readonly name: string;
  readonly host: HostJson;
  readonly rules: Rules;
  /** each from a port of its own */
  readonly openings: readonly Opening[];
}

export function openSockets(backend: Backend): Sockets {
  return openSocketsBy(startSockets(ORACLE), backend);
}

export function questionOfCase({ host, rules, openings }: ConnectionCase): object {
  const { processes = {}, listeners = [] } = host;
  const owned = listeners.flatMap(({ proto, port, address, process, transparent = false }) => {
    const owner = process === undefined ? undefined : processes[process];
    const ports = port === undefined ? otherPorts(openings, proto, listeners) : [port];
    const addresses = address === undefined ? ['0.0.0.0', '::'] : [address];
    return ports.flatMap((one) =>
      addresses.map((addr) => ({ proto, port: one, addr, transparent, uid: owner?.uid ?? 0, gid: owner?.gid ?? 0 })),
    );
  });
  const { packets: _packets, isolate: _isolate, ...world } = questionOf(host, rules, []);
  return { ...world, listeners: owned, far: farPorts(openings, rules), connections: openings.map(connectionQuestion) };
}

/** A listener on every other port is one on each that is asked. */
function otherPorts(openings: readonly Opening[], proto: string, listeners: NonNullable<HostJson['listeners']>): readonly number[] {
  const taken = listeners.flatMap((one) => (one.proto === proto && one.port !== undefined ? [one.port] : []));
  const asked = openings.filter((one) => one.proto === PROTO[proto as 'tcp' | 'udp']).map(({ dport }) => dport ?? 0);
  return [...new Set([...asked, ...MORE_PORTS])].filter((port) => !taken.includes(port));
}

function farPorts(openings: readonly Opening[], { v4 = '', v6 = '', nft = '' }: Rules): readonly unknown[] {
  const asked = openings.map(({ dport }) => dport ?? 0);
  // and where NAT leads
  const led = [...`${v4}${v6}`.matchAll(/--to-(?:destination \S*:|ports? )(\d+)/g)].map(([, port]) => Number(port));
  const mapped = [...nft.matchAll(/(?: to \S*:|: \S+ \. )(\d+)/g)].map(([, port]) => Number(port));
  return farServers([...new Set([...asked, ...led, ...mapped, ...MORE_PORTS])].filter((port) => port > 0));
}
