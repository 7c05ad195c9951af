/** Real connections as questions to the kernel: a process of the host, or a client behind an interface, connects with a socket, and a server
 *  accepts and answers (oracle/connections.py). One JSON line per question and per answer. */
import type { Host } from '../../host/host.ts';
import { formatAddress } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';
import { isLaterSegment } from '../../packet/syn.ts';
import { USUAL_TTL } from '../../packet/usual.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Walk } from '../../simulate/trace.ts';
import type { Backend } from '../../syntax/text/diagnostic.ts';
import { OracleError, type StartOracle } from './oracle.ts';
import { rulesForKernel, textForKernel } from './rulesQuestion.ts';
import { worldQuestion } from './worldQuestion.ts';

/** What became of a connection; the docstring of connections.py says what each means. */
export interface SocketConnection {
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
  /** address and port that the kernel chose; absent: of another host */
  readonly from?: readonly [string, number];
  readonly drops: readonly SocketDrop[];
}

/** A packet that a rule or a policy dropped, in the order in which they were. */
export interface SocketDrop {
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

export interface Sockets {
  /** one for each of the question's `connections`, in their order */
  readonly ask: (question: object) => Promise<readonly SocketConnection[]>;
  readonly close: () => Promise<void>;
}

/** `seconds`: of one question. */
export function openSockets(start: StartOracle, backend: Backend, seconds = 600): Sockets {
  const dialogue = start(['--backend', backend, '--seconds', String(seconds)]);
  return {
    ask: async (question) => {
      const { results, error } = JSON.parse(await dialogue.say(JSON.stringify(question))) as SocketReply;
      if (results === undefined) throw new OracleError(error ?? 'the sockets gave no answer');
      return results;
    },
    close: dialogue.close,
  };
}

interface SocketReply {
  readonly error?: string;
  readonly results?: readonly SocketConnection[];
}

/** Rules that look at what a socket fills in otherwise than the packet says. */
const OWN_HEADERS = /-m (?:length|ttl|hl|tos|dscp|ecn|u32|bpf|string|mac|tcpmss|statistic|recent|limit|hashlimit|connbytes|quota|nth) /;

/** What no socket of a process sends as it is; undefined: it connects so. */
export function whyNoSocket({ packet }: Walk, ruleset: Ruleset): string | undefined {
  const { dir, proto, ttl, tos, oif, mac, ctstate, connmark, fragOffset } = packet;
  if ((proto !== PROTO.tcp && proto !== PROTO.udp) || isLaterSegment(packet)) return 'the packet opens no connection of TCP or UDP';
  const odd = ttl !== USUAL_TTL || tos !== 0 || fragOffset > 0 || oif !== undefined || mac !== undefined;
  if (odd || ctstate !== undefined || connmark !== undefined) return 'a socket does not send the packet with these headers';
  if (dir === 'out' && !packet.socket) return 'no process sends it';
  if ((packet.sport ?? 0) === 0 || (packet.dport ?? 0) === 0) return 'no socket has port 0';
  return OWN_HEADERS.test(textForKernel(ruleset)) ? 'rules look at what a socket fills in itself, or remember' : undefined;
}

/** Ports on which servers of other hosts listen, and processes here where any port is listened on. */
export const MORE_PORTS: readonly number[] = [80, 8080, 53];

export interface SocketScene {
  readonly ruleset: Ruleset;
  readonly host: Host;
  /** sets that nothing describes */
  readonly empty: object;
}

export function socketQuestion({ packet, after }: Walk, { ruleset, host, empty }: SocketScene): object {
  const ports = [...new Set([packet.dport, after.dport, ...MORE_PORTS].flatMap((port) => port ?? []))];
  const world = worldQuestion(host, portsAsked(packet, ports));
  return {
    ...world,
    sets: { ...(world.sets as object), ...empty },
    ...rulesForKernel(ruleset),
    confined: true,
    far: farServers(ports),
    connections: [connectionQuestion(packet)],
  };
}

/** On every address of the other hosts. */
export function farServers(ports: readonly number[]): readonly object[] {
  return ports.flatMap((port) => ['tcp', 'udp'].map((proto) => ({ proto, port })));
}

/** The connection that this first packet opens. */
export function connectionQuestion({ proto, dir, iif, uid, gid, mark, src, sport, dst, dport }: Packet): object {
  const at = dir === 'out' ? { at: 'local', uid, gid, mark } : { at: iif, src: formatAddress(src) };
  return { proto: proto === PROTO.tcp ? 'tcp' : 'udp', ...at, sport, dst: formatAddress(dst), dport };
}

function portsAsked(packet: Packet, ports: readonly number[]): readonly Packet[] {
  return ports.flatMap((dport) => [PROTO.tcp, PROTO.udp].map((proto) => ({ ...packet, proto, dport })));
}
