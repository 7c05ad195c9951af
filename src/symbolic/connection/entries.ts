/** What conntrack keeps of a connection between its packets, for sets: simulate/connection.ts, simulate/tcpTrack.ts. */
import type { ConnectionStep } from '../../netfilter/connectionParts.ts';
import type { Vector } from '../diagrams/vector.ts';
import { answerTuple } from '../walk/connectionBits.ts';
import type { ConntrackEntry, Env } from '../walk/state.ts';

export interface Known {
  /** absent: the first packet left none */
  readonly entry: TableEntry | undefined;
  readonly connmark: Vector;
  /** an answer was seen */
  readonly answered: boolean;
}

type TableEntry = Omit<ConntrackEntry, 'connmark' | 'direction' | 'state'>;

export function entryOf(env: Env): TableEntry | undefined {
  if (env.original === undefined) return undefined;
  const { original, zone, replyZone, masqueradedAt } = env;
  return { original, answers: answerTuple(env), zone, replyZone, masqueradedAt };
}

export function entryFor({ direction }: ConnectionStep, { entry, connmark, answered }: Known): ConntrackEntry | undefined {
  if (entry === undefined) return undefined;
  // an ACK does not follow a SYN whose answer was not seen
  return { ...entry, connmark, direction, state: direction === 'reply' || answered ? 'ESTABLISHED' : 'INVALID' };
}

/** After a packet that arrived in the state `env`. */
export function seenBy(known: Known, { direction }: ConnectionStep, { state, connmark, original }: Env): Known {
  const isFound = known.entry !== undefined && original !== undefined && state === 'ESTABLISHED';
  return isFound ? { ...known, connmark, answered: known.answered || direction === 'reply' } : known;
}
