/** Real sockets as an oracle: a child process (oracle/connections.py) that loads rules into a namespace of its own, with another namespace behind
 *  each interface, and says what becomes of each connection. One JSON line per question and per answer. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { formatAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Backend } from './oracle.ts';
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

/** What the kernel did with one connection: connections.py says what each means. */
export interface RealConnection {
  readonly connected: boolean;
  readonly accepted: {
    readonly at: string;
    readonly port: number;
    readonly from: readonly [string, number];
    readonly original: readonly [string, number] | null;
  } | null;
  readonly there: boolean;
  readonly back: boolean;
  readonly again: boolean;
  readonly again_back: boolean;
  readonly fin: boolean;
  readonly fin_back: boolean;
  readonly error: string | null;
  readonly from?: readonly [string, number];
  readonly drops: readonly Drop[];
}

/** A packet that a rule or a policy dropped, in the order in which they were. */
export interface Drop {
  readonly proto: number;
  readonly flags: string;
  readonly src: string;
  readonly sport: number | null;
  readonly dst: string;
  readonly dport: number | null;
  readonly icmp_type?: number;
  /** `filter:OUTPUT:3`, `filter:INPUT:policy` */
  readonly by: string;
}

type Reply = { readonly ok: true; readonly results: readonly RealConnection[] } | { readonly ok: false; readonly error: string };

export interface Sockets {
  readonly ask: (question: unknown) => Promise<readonly RealConnection[]>;
  readonly close: () => Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('../../src/kernel/oracle/connections.py', import.meta.url));

export function openSockets(backend: Backend): Sockets {
  const child = spawn('python3', ['-B', SCRIPT, '--backend', backend], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the oracle has ended');
      const reply = JSON.parse(value) as Reply;
      if (!reply.ok) throw new Error(reply.error);
      return reply.results;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin.end();
      }),
  };
}

export function connectionQuestion({ host, rules, openings }: ConnectionCase): unknown {
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
  return { ...world, listeners: owned, far: farPorts(openings, rules), connections: openings.map(connection) };
}

/** A listener on every other port is one on each that is asked. */
function otherPorts(openings: readonly Opening[], proto: string, listeners: NonNullable<HostJson['listeners']>): readonly number[] {
  const taken = listeners.flatMap((one) => (one.proto === proto && one.port !== undefined ? [one.port] : []));
  const asked = openings.filter((one) => one.proto === PROTO[proto as 'tcp' | 'udp']).map(({ dport }) => dport ?? 0);
  return [...new Set([...asked, ...EXTRA_PORTS])].filter((port) => !taken.includes(port));
}

/** Where rules may send a connection that is for another port. */
const EXTRA_PORTS: readonly number[] = [80, 8080, 53];

function farPorts(openings: readonly Opening[], { v4 = '', v6 = '' }: Rules): readonly unknown[] {
  const asked = openings.map(({ dport }) => dport ?? 0);
  // and where NAT leads
  const led = [...`${v4}${v6}`.matchAll(/--to-(?:destination \S*:|ports? )(\d+)/g)].map(([, port]) => Number(port));
  const all = [...new Set([...asked, ...led, ...EXTRA_PORTS])];
  return all.flatMap((port) => ['tcp', 'udp'].map((proto) => ({ proto, port })));
}

function connection({ proto, dir, iif, src, dst, sport, dport, uid, gid, mark }: Opening): unknown {
  const at = dir === 'out' ? { at: 'local', uid, gid, mark } : { at: iif, src: formatAddress(src) };
  return { proto: proto === PROTO.tcp ? 'tcp' : 'udp', ...at, sport, dst: formatAddress(dst), dport };
}
