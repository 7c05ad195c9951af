/** Connections on their way: how far they have come, and how they end. */
import type { ConnectionStep, PartName } from '../../netfilter/connectionParts.ts';
import type { CtDirection } from '../../packet/packet.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import type { Env, PacketClass } from '../walk/state.ts';
import type { FateClass } from '../walk/traverse.ts';
import type { Known } from './entries.ts';
import type { LaterStart } from './laterPackets.ts';
import type { PartEnd } from './walkPart.ts';

/** First packets whose connections end alike. Where chance or something unmodelled decides, a packet is in several. */
export interface ConnectionEnd {
  /** of first packets */
  readonly set: Bdd;
  /** as `ConversationEnd` of simulate/conversation.ts */
  readonly end: 'completes' | 'stalls' | 'one-way' | 'undecided';
  /** conntrack knows it one way only: what follows its handshake or first answer is not walked */
  readonly opensOnly?: true;
  readonly first: FateClass;
  /** the last packet that was sent, and how it ended. Of one that stalls as delivered or sent, the addresses are not those waited for */
  readonly part: PartName;
  readonly last: PartEnd;
  /** its SYN-ACK or other answer; absent: none was sent */
  readonly answer?: PartEnd;
  readonly latest?: Readonly<Partial<Record<CtDirection, PartEnd>>>;
  readonly heard?: Readonly<Partial<Record<CtDirection, string>>>;
  /** absent: every later packet was looked up where its connection is */
  readonly strayed?: StrayedPart;
  /** what conntrack has of it */
  readonly known: Known;
  /** of all its packets */
  readonly doubts: PacketClass['doubts'];
}

/** The first packet of a connection that conntrack looked up in another zone. */
export interface StrayedPart {
  readonly step: ConnectionStep;
  readonly part: PartName;
  readonly env: Env;
  /** as it started */
  readonly start: LaterStart;
}

export interface ConnectionQuestion {
  readonly space: Space;
  readonly ruleset: Ruleset;
  /** where the first packets arrive; absent: they are sent here */
  readonly iif: string | undefined;
}

/** A part of a class whose connections have come so far. */
export interface Going {
  readonly first: FateClass;
  readonly set: Bdd;
  readonly doubts: PacketClass['doubts'];
  readonly known: Known;
  readonly answer?: PartEnd;
  readonly strayed?: StrayedPart;
  /** the last packet of each direction that has arrived; absent: it was the first one */
  readonly latest?: Readonly<Partial<Record<CtDirection, PartEnd>>>;
  /** by which interface the socket here that packets of a direction are for has come to hear of the other side */
  readonly heard?: Readonly<Partial<Record<CtDirection, string>>>;
}
