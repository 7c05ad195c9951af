/** What the simulator's conversation says that sockets see: who connects, who accepts, and whether data comes there and back. */
import type { Host } from '../../src/host/host.ts';
import { Budget } from '../../src/lib/budget.ts';
import type { PartName } from '../../src/netfilter/connectionParts.ts';
import { formatAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { type Conversation, converse } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import type { RealConnection } from './sockets.ts';

/** What the simulator says of the same; undefined: several ways, of which chance takes one. */
export interface Expected {
  readonly text: string;
  /** `connected`: undefined where it depends on how fast a reset is */
  readonly real: Pick<RealConnection, 'there' | 'back'> & {
    readonly accepted: string | undefined;
    readonly connected: boolean | undefined;
  };
}

export interface Scene {
  readonly ruleset: Ruleset;
  readonly host: Host;
}

export function expectedOf({ ruleset, host }: Scene, packet: Packet): Expected | undefined {
  const budget = new Budget();
  const { walks } = simulate({ ruleset, packet, host }, { budget });
  const [first] = walks;
  if (first === undefined || walks.length > 1 || first.choices.length > 0) return undefined;
  const found = converse({ ruleset, host, first, budget, whole: true });
  const [only] = found;
  if (only === undefined || found.length > 1 || only.parts.some(({ walk }) => walk.choices.length > 0)) return undefined;
  const here = answeredThere(only, packet);
  return packet.proto === PROTO.tcp ? ofTcp({ ruleset, host }, here, first) : ofUdp(here, first);
}

/** The other host is behind one interface: an answer that leaves by another does not come to it. */
function answeredThere({ parts, end }: Conversation, { dir, iif }: Packet): Conversation {
  const at = parts.findIndex(({ direction, walk: { fate } }) => direction === 'reply' && 'oif' in fate && fate.oif !== iif);
  if (dir === 'out' || at < 0) return { parts, end };
  const gone = parts.slice(0, at + 1).map((part, index) => ({ ...part, arrives: part.arrives && index < at }));
  return { parts: gone, end: 'stalls' };
}

function ofUdp({ parts, end }: Conversation, first: Walk): Expected {
  const there = takes(first);
  const back = parts.some(({ name, arrives }) => name === 'answer' && arrives);
  return {
    text: wordsOf(parts, end),
    real: { connected: true, accepted: there ? placeOf(first) : undefined, there, back },
  };
}

function ofTcp(scene: Scene, { parts, end }: Conversation, first: Walk): Expected {
  const arrived = (name: PartName): boolean => parts.some((part) => part.name === name && part.arrives);
  const last = parts.at(-1);
  // who gets an ACK that he does not know resets, and REJECT tells its sender: connect() may hear of it at once
  const reset = end === 'stalls' && last?.name === 'ack' && last.walk.fate.kind !== 'dropped' && last.walk.fate.kind !== 'lost';
  const connected = reset ? undefined : arrived('syn-ack');
  // an ACK that is lost is made up for by the data, which acknowledges as well
  const afterLoss = connected === true && !arrived('ack') ? afterLostAck(scene, parts) : undefined;
  const there = afterLoss?.there ?? arrived('data');
  const back = afterLoss?.back ?? arrived('data-back');
  const accepted = arrived('ack') || there;
  return { text: wordsOf(parts, end), real: { connected, accepted: accepted ? placeOf(first) : undefined, there, back } };
}

function afterLostAck({ ruleset, host }: Scene, parts: Conversation['parts']): { readonly there: boolean; readonly back: boolean } {
  const first = parts[0]?.walk as Walk;
  const last = parts.at(-1)?.walk as Walk;
  const data: Packet = { ...first.packet, flags: 0x18, stream: { end: 2, ack: 1 } };
  const [walk] = simulate({ ruleset, packet: data, host, connections: last.connections }).walks;
  const there = walk !== undefined && walk.fate.kind === first.fate.kind && walk.after.dst === first.after.dst;
  return { there, back: false };
}

function wordsOf(parts: Conversation['parts'], end: string): string {
  return [...parts.map(({ name, walk }) => `${name} ${walk.fate.kind}`), end].join(', ');
}

function takes({ fate }: Walk): boolean {
  return fate.kind === 'sent' || fate.kind === 'forwarded' || (fate.kind === 'delivered' && fate.process !== undefined);
}

function placeOf({ fate, after }: Walk): string {
  if (fate.kind === 'delivered') return `local ${fate.listener ?? after.dport} from ${formatAddress(after.src)}`;
  const oif = fate.kind === 'sent' || fate.kind === 'forwarded' ? fate.oif : '';
  return `${oif} ${after.dport} from ${formatAddress(after.src)}`;
}
