/** What happens to a packet from its sender to its end, through the proxy's own packets. */
import type { Listener } from '../host/host.ts';
import type { ListenerRole } from '../mesh/profile.ts';
import type { Packet } from '../packet/packet.ts';
import type { Conversation, ConversationEnd } from '../simulate/conversation.ts';
import type { Choice, Walk } from '../simulate/trace.ts';
import type { Membership } from '../simulate/whoseConnection.ts';
import type { KernelReply } from './kernelReply.ts';
import type { UnknownProxy } from './unknownProxy.ts';

/** How a packet's whole journey ends; scripts rely on these words. */
export const OUTCOMES = [
  'captured-out',
  'captured-in',
  'dns',
  'direct',
  'to-app',
  'to-proxy',
  'forwarded',
  'loop',
  'dropped',
  'rejected',
  'refused',
  'lost',
  'stalled',
  'undecided',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** An outcome with the interface by which the packet leaves. */
export const LEAVING_BY = /^(?:direct|forwarded):[^\s/:]{1,15}$/;

export function isOutcome(text: unknown): text is Outcome {
  return (OUTCOMES as readonly unknown[]).includes(text);
}

export interface Leg {
  /** who sends: a process name of the host (`app`, `proxy`), `kernel`, or `client` for an arriving packet */
  readonly sender: string;
  readonly walk: Walk;
  /** where the packet was delivered, when a listener took it */
  readonly listener?: Listener;
  /** role of that listener in the mesh */
  readonly role?: ListenerRole;
  /** what the kernel itself answers */
  readonly reply?: KernelReply;
  /** the connection that the packet opens; absent: it opens none, or nobody asked */
  readonly connection?: LegConnection;
  /** no socket here has its source address, so that it opens none; told where somebody asked for the connection */
  readonly foreignSource?: true;
}

/** Ways of a connection. Of the first leg they all end alike; another end is another path. */
export interface LegConnection {
  readonly ways: readonly [Conversation, ...Conversation[]];
  readonly end: ConversationEnd;
  /** that it ends so, and not otherwise */
  readonly dependsOn: readonly Choice[];
  /** followed until it is open and no further: what comes then has more ways than are walked */
  readonly isShort?: true;
}

/** One way through all legs. `choices` are those of all its legs. */
export interface Path {
  /** of the connection, as far as it was walked */
  readonly outcome: Outcome;
  /** of the first packet alone: never `stalled`. Of a TCP connection that does not open it is where that packet goes, and no loop is looked for */
  readonly firstOutcome: Outcome;
  readonly legs: readonly Leg[];
  readonly choices: readonly Choice[];
  /** takes the last leg, and it is not known what it sends for that: whether a loop follows is open */
  readonly unknown?: UnknownProxy;
  /** for `loop`: index of the first leg of the cycle; the last leg of the path closes it */
  readonly cycleFrom?: number;
}

export interface Journey {
  readonly packet: Packet;
  /** the one outcome of all paths, `undecided` when they differ */
  readonly outcome: Outcome;
  /** at least one; more when chance or an unmodelled rule forks the walk */
  readonly paths: readonly Path[];
  /** there were more paths than the budget allows; they were not all walked */
  readonly truncated: boolean;
  /** of a packet with a state: the connection to which it was assumed to belong */
  readonly membership?: Membership;
  /** the limit at which a walk was cut short; the outcome is then undecided */
  readonly spent?: string;
}
