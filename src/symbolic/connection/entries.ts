/** What conntrack keeps of a connection between its packets, for sets: simulate/connection.ts, simulate/tcpTrack.ts. */
import type { ConnectionStep } from '../../netfilter/connectionParts.ts';
import type { CtDirection } from '../../packet/packet.ts';
import type { Vector } from '../diagrams/vector.ts';
import { answerTuple } from '../walk/connectionBits.ts';
import type { ConntrackEntry, Env } from '../walk/state.ts';
import type { KnownEntries } from './laterPackets.ts';

export interface Known extends Seen {
  /** absent: the first packet left none */
  readonly entry: TableEntry | undefined;
  /** what this side has sent went past conntrack: a segment of the other one that acknowledges it is INVALID */
  readonly behind?: Readonly<Partial<Record<CtDirection, boolean>>>;
  /** opened by a later packet that was not found in the entry of its connection: in another zone, or after a first one that is not tracked */
  readonly second?: Second;
}

/** Of an entry in the table. */
interface Seen {
  readonly connmark: Vector;
  /** an answer was seen */
  readonly answered: boolean;
  /** the client has sent again since, by which conntrack is assured of all that it can be assured of by packets alone */
  readonly assured?: boolean;
}

interface Second extends Seen {
  readonly entry: TableEntry;
  /** of the packet that opened it, in its connection */
  readonly opener: CtDirection;
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
export function entriesFor({ direction }: ConnectionStep, known: Known, asked: boolean): KnownEntries {
  const { second } = known;
  const entry = entryFor(direction, known, asked);
  if (second === undefined) return { entry };
  const way = wayIn(second, direction);
  // a segment in the middle may open one
  const state = way === 'reply' || second.answered ? 'ESTABLISHED' : 'NEW';
  return { entry, second: { ...secondFor(direction, second), state, ...assuredAs(way, second, asked) } };
}

function entryFor(direction: CtDirection, known: Known, asked: boolean): ConntrackEntry | undefined {
  const { entry, connmark, answered, behind } = known;
  if (entry === undefined) return undefined;
  if (behind?.[otherWay(direction)] === true) return { ...entry, connmark, direction, state: 'INVALID' };
  // an ACK does not follow a SYN whose answer was not seen
  const state = direction === 'reply' || answered ? 'ESTABLISHED' : 'INVALID';
  return { ...entry, connmark, direction, state, ...assuredAs(direction, known, asked) };
}

function assuredAs(direction: CtDirection, { assured }: Seen, asked: boolean): Pick<ConntrackEntry, 'assured'> {
  return asked && direction === 'reply' && assured === true ? { assured } : {};
}

function secondFor(direction: CtDirection, second: Second): Omit<ConntrackEntry, 'state'> {
  return { ...second.entry, connmark: second.connmark, direction: wayIn(second, direction) };
}

function wayIn({ opener }: Second, direction: CtDirection): CtDirection {
  return opener === direction ? 'original' : 'reply';
}

/** Of an ICMP error that goes this way. */
export function entriesOfError(direction: CtDirection, { entry, connmark, second }: Known): KnownEntries {
  const related = { state: 'RELATED' } as const;
  return {
    entry: entry && { ...entry, connmark, direction, ...related },
    ...(second && { second: { ...secondFor(direction, second), ...related } }),
  };
}

/** After a packet that arrived in the state `env`; the same if nothing changes. */
export function seenBy(known: Known, { direction }: ConnectionStep, env: Env): Known {
  const { second } = known;
  if (isFound(known.entry, env)) {
    const { behind, ...rest } = known;
    const still = behind?.[otherWay(direction)] === true ? { behind: { [otherWay(direction)]: true } } : {};
    return ifChanged(known, { ...rest, ...still, ...seenIn(known, direction, env) });
  }
  if (second !== undefined && isOf(second.entry, env))
    return ifChanged(known, { ...known, second: { ...second, ...seenIn(second, wayIn(second, direction), env) } });
  const opened = env.state === 'NEW' && !isOf(known.entry, env) ? entryOf(env) : undefined;
  if (opened === undefined || second !== undefined) return known;
  return { ...known, second: { entry: opened, opener: direction, connmark: env.connmark, answered: false } };
}

function seenIn(before: Seen, direction: CtDirection, { connmark }: Env): Seen {
  const assured = before.assured === true || (before.answered && direction === 'original');
  return { connmark, answered: before.answered || direction === 'reply', ...(assured && { assured }) };
}

/** After an ICMP error. */
export function relatedBy(known: Known, env: Env): Known {
  const { connmark } = env;
  const { entry, second } = known;
  if (!isRelated(known, env)) return known;
  return ifChanged(
    known,
    second === undefined || isOf(entry, env) ? { ...known, connmark } : { ...known, second: { ...second, connmark } },
  );
}

function ifChanged(before: Known, after: Known): Known {
  return isKnownAlike(before, after) ? before : after;
}

/** Of connections whose first packets left the same. */
export function isKnownAlike(one: Known, other: Known): boolean {
  return (
    isSeenAlike(one, other) &&
    one.behind?.original === other.behind?.original &&
    one.behind?.reply === other.behind?.reply &&
    isSecondAlike(one.second, other.second)
  );
}

function isSecondAlike(one: Second | undefined, other: Second | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.entry === other.entry && isSeenAlike(one, other);
}

function isSeenAlike(before: Seen, after: Seen): boolean {
  return (
    before.answered === after.answered && before.assured === after.assured && before.connmark.every((bit, at) => bit === after.connmark[at])
  );
}

/** Conntrack took the packet for one of this connection. */
export function isFound(entry: TableEntry | undefined, env: Env): boolean {
  return isOf(entry, env) && env.state === 'ESTABLISHED';
}

function isOf(entry: TableEntry | undefined, { original, zone, replyZone, confirmed }: Env): boolean {
  if (entry === undefined || original === undefined || !confirmed) return false;
  return zone === entry.zone && replyZone === entry.replyZone;
}

/** Conntrack looked the packet up in a zone where its connection is not. */
export function isElsewhere({ entry }: Known, { direction }: ConnectionStep, { state, about, zone, replyZone }: Env): boolean {
  if (entry === undefined || about !== undefined || state === undefined || state === 'UNTRACKED') return false;
  return direction === 'reply' ? replyZone !== entry.replyZone : zone !== entry.zone;
}

/** It took an ICMP error for one about this connection. */
export function isRelated({ entry, second }: Known, env: Env): boolean {
  return env.state === 'RELATED' && (isOf(entry, env) || isOf(second?.entry, env));
}
