/** The connection of a leg made with sockets, beside what is said of it here. */

import type { Leg } from '../../connection/journey.ts';
import type { KernelConnection } from '../../connection/kernelView.ts';
import { toldWay } from '../../connection/legConnection.ts';
import { PART_WORDS } from '../../connection/partWords.ts';
import type { PartName } from '../../netfilter/connectionParts.ts';
import { formatAddress } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Walk } from '../../simulate/trace.ts';
import type { SocketConnection, SocketDrop } from '../asked/sockets.ts';

/** Undefined: its end is not one that sockets see. */
export function besideSockets(leg: Leg, seen: SocketConnection): KernelConnection | undefined {
  const { walk, connection } = leg;
  const end = connection?.end;
  const source = seen.from?.[0];
  if (end !== 'completes' && end !== 'stalls') return undefined;
  // data there and back, of UDP after a question and its answer
  const completes = walk.packet.proto === PROTO.tcp ? seen.back : seen.again_back;
  const [drop] = seen.drops;
  const says = completes ? 'completes' : stopped(walk, seen, drop);
  const isOther = source !== undefined && source !== formatAddress(walk.packet.src);
  return { completes, says, agrees: isOther ? null : agreement(leg, { completes, seen }) };
}

interface Seen {
  readonly completes: boolean;
  readonly seen: SocketConnection;
}

const SEEN: readonly PartName[] = ['syn-ack', 'answer', 'data', 'data-back'];

/** Null: sockets cannot tell. Time alone is no witness against us, and data makes up for an ACK that was lost. */
function agreement(leg: Pick<Leg, 'walk' | 'connection'>, { completes, seen }: Seen): boolean | null {
  const last = toldWay(leg)?.parts.at(-1);
  if (leg.connection?.end === 'completes') return completes ? true : seen.drops.length > 0 ? false : null;
  if (last === undefined || !SEEN.includes(last.name)) return completes ? null : true;
  if (completes) return false;
  const own = placeOf(last.walk);
  return own === undefined || seen.drops.length === 0 ? true : seen.drops.some(({ by }) => by === own);
}

/** `filter:OUTPUT:3`, where a rule or a policy drops. */
function placeOf({ fate, steps }: Walk): string | undefined {
  if (fate.kind !== 'dropped' || fate.unanswered !== undefined) return undefined;
  if (fate.by !== undefined) return `${fate.by.table}:${fate.by.chain}:${fate.by.number}`;
  const policy = steps.findLast((step) => step.kind === 'policy');
  return policy?.kind === 'policy' ? `${policy.table}:${policy.chain}:policy` : undefined;
}

function stopped({ packet }: Walk, { error, connected, back: answered }: SocketConnection, drop: SocketDrop | undefined): string {
  if (drop === undefined) return error === null ? 'stalls, by no rule' : `fails: ${error}`;
  const [table, chain, number] = drop.by.split(':');
  const by = number === 'policy' ? `the policy of ${table} ${chain}` : `${table} ${chain}#${number}`;
  return `stalls: the ${PART_WORDS[nameOf(drop, { isTcp: packet.proto === PROTO.tcp, sport: packet.sport, connected, answered })]} is dropped by ${by}`;
}

interface Dropped {
  readonly isTcp: boolean;
  readonly sport: number | undefined;
  readonly connected: boolean;
  readonly answered: boolean;
}

/** NAT keeps the port of the client where it can. */
function nameOf({ flags, sport: from }: SocketDrop, { isTcp, sport, connected, answered }: Dropped): PartName {
  const isBack = from !== sport;
  if (!isTcp) return isBack ? (answered ? 'data-back' : 'answer') : answered ? 'data' : 'first';
  if (flags.includes('S')) return flags.includes('A') ? 'syn-ack' : 'first';
  if (flags.includes('R')) return 'rst';
  return isBack ? 'data-back' : connected && flags.includes('P') ? 'data' : 'ack';
}
