/** What conntrack keeps of a connection between its packets, for sets: simulate/connection.ts, simulate/tcpTrack.ts. */
import type { ConnectionStep } from '../../netfilter/connectionParts.ts';
import type { CtDirection } from '../../packet/packet.ts';
import type { Vector } from '../diagrams/vector.ts';
import { answerTuple } from '../walk/connectionBits.ts';
import type { ConntrackEntry, Env } from '../walk/state.ts';

export interface Known {
  /** absent: the first packet left none */
  readonly entry: TableEntry | undefined;
  readonly connmark: Vector;
  /** an answer was seen */
  readonly answered: boolean;
  /** the client has sent again since, by which conntrack is assured of all that it can be assured of by packets alone */
  readonly assured?: boolean;
  /** what this side has sent went past conntrack: a segment of the other one that acknowledges it is INVALID */
  readonly behind?: Readonly<Partial<Record<CtDirection, boolean>>>;
}

type TableEntry = Omit<ConntrackEntry, 'connmark' | 'direction' | 'state'>;

/** After the first packet. */
export function knownAfterFirst({ env }: { readonly env: Env }): Known {
  return { entry: entryOf(env), connmark: env.connmark, answered: false };
}

function entryOf(env: Env): TableEntry | undefined {
  if (env.original === undefined) return undefined;
  const { original, zone, replyZone, masqueradedAt } = env;
  return { original, answers: answerTuple(env), zone, replyZone, masqueradedAt };
}

function otherWay(direction: CtDirection): CtDirection {
  return direction === 'original' ? 'reply' : 'original';
}

/** `asked`: rules see whether conntrack is assured of it. */
export function entryFor({ direction }: ConnectionStep, known: Known, asked: boolean): ConntrackEntry | undefined {
  const { entry, connmark, answered, assured, behind } = known;
  if (entry === undefined) return undefined;
  if (behind?.[otherWay(direction)] === true) return { ...entry, connmark, direction, state: 'INVALID' };
  // an ACK does not follow a SYN whose answer was not seen
  const state = direction === 'reply' || answered ? 'ESTABLISHED' : 'INVALID';
  return { ...entry, connmark, direction, state, ...(asked && direction === 'reply' && assured && { assured }) };
}

/** Of an ICMP error that goes this way. */
export function entryOfError(direction: CtDirection, { entry, connmark }: Known): ConntrackEntry | undefined {
  return entry && { ...entry, connmark, direction, state: 'RELATED' };
}

/** After a packet that arrived in the state `env`; the same if nothing changes. */
export function seenBy(known: Known, { direction }: ConnectionStep, env: Env): Known {
  if (!isFound(known, env)) return known;
  const { behind, ...rest } = known;
  const still = behind?.[otherWay(direction)] === true ? { behind: { [otherWay(direction)]: true } } : {};
  const assured = known.assured === true || (known.answered && direction === 'original');
  const seen = { connmark: env.connmark, answered: known.answered || direction === 'reply', ...(assured && { assured }) };
  return ifChanged(known, { ...rest, ...still, ...seen });
}

/** After an ICMP error. */
export function relatedBy(known: Known, env: Env): Known {
  return isRelated(known, env) ? ifChanged(known, { ...known, connmark: env.connmark }) : known;
}

function ifChanged(before: Known, after: Known): Known {
  const isSame =
    before.answered === after.answered &&
    before.assured === after.assured &&
    before.behind?.original === after.behind?.original &&
    before.behind?.reply === after.behind?.reply &&
    before.connmark.every((bit, at) => bit === after.connmark[at]);
  return isSame ? before : after;
}

/** Conntrack took the packet for one of this connection. */
export function isFound({ entry }: Known, { state, original }: Env): boolean {
  return entry !== undefined && original !== undefined && state === 'ESTABLISHED';
}

/** Conntrack looked the packet up in a zone where its connection is not. */
export function isElsewhere({ entry }: Known, { direction }: ConnectionStep, { state, about, zone, replyZone }: Env): boolean {
  if (entry === undefined || about !== undefined || state === undefined || state === 'UNTRACKED') return false;
  return direction === 'reply' ? replyZone !== entry.replyZone : zone !== entry.zone;
}

/** It took an ICMP error for one about this connection. */
export function isRelated({ entry }: Known, { state, original }: Env): boolean {
  return entry !== undefined && original !== undefined && state === 'RELATED';
}
