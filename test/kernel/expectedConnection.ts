/** What the simulator's conversation says that sockets see: who connects, who accepts, whether data comes there and back, who hears of the
 *  end, and which rule it is that drops a packet. */
import type { Host } from '../../src/host/host.ts';
import { Budget } from '../../src/lib/budget.ts';
import type { PartName } from '../../src/netfilter/connectionParts.ts';
import { formatAddress } from '../../src/packet/address.ts';
import { flagLetters } from '../../src/packet/notation.ts';
import type { CtDirection, Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { type Conversation, type ConversationPart, converse } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { isAcknowledged } from './acknowledged.ts';
import { afterLostAck } from './afterLostAck.ts';
import { originalOf } from './originalOf.ts';

/** `undefined` where it depends on how fast something is, or says nothing. */
export interface Seen {
  readonly connected: boolean | undefined;
  readonly accepted: string | undefined;
  readonly there: boolean;
  readonly back: boolean;
  readonly again: boolean;
  readonly againBack: boolean;
  readonly fin: boolean | undefined;
  readonly finBack: boolean | undefined;
  readonly refused: boolean | undefined;
  /** `filter:OUTPUT:3` */
  readonly dropped: string | undefined;
}

export interface Expected {
  readonly text: string;
  readonly seen: Seen;
  /** of the packet that a rule drops */
  readonly dead: { readonly proto: number; readonly flags: string; readonly direction: CtDirection } | undefined;
}

export interface Scene {
  readonly ruleset: Ruleset;
  readonly host: Host;
}

/** What the simulator says of the same; undefined: several ways, of which chance takes one. */
export function expectedOf({ ruleset, host }: Scene, packet: Packet): Expected | undefined {
  const budget = new Budget();
  const { walks } = simulate({ ruleset, packet, host }, { budget });
  const [first] = walks;
  if (first === undefined || walks.length > 1 || first.choices.length > 0) return undefined;
  const found = converse({ ruleset, host, first, budget, upTo: 'whole' });
  const [only] = found;
  if (only === undefined || found.length > 1 || only.parts.some(({ walk }) => walk.choices.length > 0)) return undefined;
  const parts = afterLostAck({ ruleset, host }, toTheirPlace(only.parts, packet));
  const acknowledged = isAcknowledged({ ruleset, host }, only.parts) === true;
  return parts && expected(packet, { parts: toTheirPlace(parts, packet), end: only.end, acknowledged });
}

/** Behind each interface is another host: what leaves by another one than before does not come to the same. */
function toTheirPlace(parts: readonly ConversationPart[], { dir, iif }: Packet): readonly ConversationPart[] {
  const first = parts[0]?.walk.fate;
  const place = (direction: CtDirection): string | undefined =>
    direction === 'original' ? (first && 'oif' in first ? first.oif : undefined) : dir === 'in' ? iif : undefined;
  const main = parts.filter(({ name }) => !/too-big|ttl|unreachable|reset/.test(name));
  const at = main.findIndex(({ direction, walk: { fate } }) => 'oif' in fate && fate.oif !== place(direction));
  return at < 0 ? main : main.slice(0, at + 1).map((part, index) => ({ ...part, arrives: part.arrives && index < at }));
}

function expected(packet: Packet, { parts, end, acknowledged }: Conversation & { readonly acknowledged: boolean }): Expected {
  const first = parts[0]?.walk as Walk;
  const got = (...names: readonly PartName[]): boolean => parts.some((part) => names.includes(part.name) && part.arrives);
  const udp = packet.proto === PROTO.udp;
  const closes = acknowledged && !isReset(parts, DATA_PARTS);
  const failed = parts.find(({ arrives, walk: { fate } }) => !arrives && (fate.kind === 'dropped' || fate.kind === 'rejected'));
  const there = udp ? takes(first) : got('data');
  const known = parts.find(({ name }) => name === (got('ack') ? 'ack' : 'data'))?.walk.connections ?? [];
  const accepted = there || got('ack') ? placeOf(first, known) : undefined;
  const seen: Seen = {
    connected: udp ? true : isReset(parts, ['ack']) ? undefined : got('syn-ack'),
    accepted,
    there,
    back: udp ? got('answer') : got('data-back'),
    again: udp && got('data'),
    againBack: udp && got('data-back'),
    fin: closes ? got('fin') : undefined,
    // who hears of no end goes on
    finBack: closes ? got('fin') && got('fin-back') : undefined,
    refused: refusedOf(packet, { parts, end }),
    dropped: failed && whereOf(failed.walk),
  };
  const text = [
    ...parts.map(({ name, walk }) => `${name} ${walk.fate.kind}${walk.fate.kind === 'lost' ? ` ${walk.fate.reason}` : ''}`),
    end,
  ];
  const dead = failed && {
    proto: failed.walk.packet.proto,
    flags: flagLetters(failed.walk.packet.flags ?? 0),
    direction: failed.direction,
  };
  return { text: text.join(', '), seen, dead };
}

/** Who gets an ACK that he does not know resets, and REJECT tells its sender: connect() may hear of it at once, and of data there is no more. */
function isReset(parts: readonly ConversationPart[], by: readonly PartName[]): boolean {
  const last = parts.find(({ arrives }) => !arrives);
  return last !== undefined && by.includes(last.name) && last.walk.fate.kind !== 'dropped' && last.walk.fate.kind !== 'lost';
}

const DATA_PARTS: readonly PartName[] = ['data', 'data-back'];

function refusedOf({ proto }: Packet, { parts, end }: Conversation): boolean | undefined {
  const [first, answer] = parts;
  const kind = first?.walk.fate.kind;
  if (kind === 'lost' || isReset(parts, ['ack']) || parts.some(({ walk }) => walk.fate.kind === 'rejected' && walk !== first?.walk))
    return undefined;
  if (end !== 'refused' || answer === undefined) return parts.length > 1 && !parts.at(-1)?.arrives ? undefined : false;
  const { packet } = answer.walk;
  // ICMP that comes while connect() has its socket is no more than a hint; of UDP only some of it ends a socket
  if (answer.name === 'error' && proto === PROTO.tcp) return undefined;
  if (answer.name === 'error' && proto === PROTO.udp && !isFatal(packet)) return undefined;
  return answer.arrives;
}

/** kernel net/ipv4/icmp.c icmp_err_convert[], net/ipv6/icmp.c icmpv6_err_convert() */
function isFatal({ family, icmpCode = 0 }: Packet): boolean {
  return family === 4 ? icmpCode > 1 : icmpCode !== 0 && icmpCode !== 3;
}

export function whereOf({ fate, steps }: Walk): string | undefined {
  if (fate.kind !== 'dropped' && fate.kind !== 'rejected') return undefined;
  if (fate.by !== undefined) return `${fate.by.table}:${fate.by.chain}:${fate.by.number}`;
  const policy = steps.findLast((step) => step.kind === 'policy');
  return policy?.kind === 'policy' ? `${policy.table}:${policy.chain}:policy` : undefined;
}

function takes({ fate, after }: Walk): boolean {
  const isSent = fate.kind === 'sent' || fate.kind === 'forwarded';
  // no host takes what comes from ::1. kernel net/ipv6/ip6_input.c ip6_rcv_core()
  return isSent ? after.src !== 1n : fate.kind === 'delivered' && fate.process !== undefined;
}

function placeOf(first: Walk, connections: Walk['connections']): string {
  const { fate, after } = first;
  if (fate.kind === 'delivered')
    return `local ${fate.listener ?? after.dport} from ${formatAddress(after.src)}${originalOf({ ...first, connections })}`;
  const oif = fate.kind === 'sent' || fate.kind === 'forwarded' ? fate.oif : '';
  return `${oif} ${after.dport} from ${formatAddress(after.src)}`;
}
