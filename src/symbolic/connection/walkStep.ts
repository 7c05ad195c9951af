/** One packet of all connections that have come so far. */
import type { ConnectionStep, PartName } from '../../netfilter/connectionParts.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import type { Env, PacketClass } from '../walk/state.ts';
import { keyOf } from '../walk/stateKeys.ts';
import type { FateClass } from '../walk/traverse.ts';
import { answerEnds, sameTuple } from '../walk/tuples.ts';
import { entryFor, isElsewhere, type Known, seenBy } from './entries.ts';
import { answerStart, type LaterStart, laterStart } from './laterPackets.ts';
import { type PartEnd, walkPart } from './walkPart.ts';

/** First packets whose connections end alike. Where chance or something unmodelled decides, a packet is in several. */
export interface ConnectionEnd {
  /** of first packets */
  readonly set: Bdd;
  /** as `ConversationEnd` of simulate/conversation.ts */
  readonly end: 'completes' | 'stalls' | 'one-way' | 'undecided';
  readonly first: FateClass;
  /** the last packet that was sent, and how it ended. Of one that stalls as delivered or sent, the addresses are not those waited for */
  readonly part: PartName;
  readonly last: PartEnd;
  /** its SYN-ACK or other answer; absent: none was sent */
  readonly answer?: PartEnd;
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
}

/** A packet of connections, and what it is to those of a set. */
export interface PartStep {
  readonly step: ConnectionStep;
  readonly parts: (set: Bdd) => readonly StepPart[];
}

export interface StepPart {
  readonly name: PartName;
  readonly set: Bdd;
  /** with it the connection is complete */
  readonly isLast: boolean;
}

export interface Stepped {
  readonly ends: readonly ConnectionEnd[];
  /** those that go on, with the packet that has arrived */
  readonly on: readonly (Going & Pick<ConnectionEnd, 'last'>)[];
}

export function walkStep(question: ConnectionQuestion, going: readonly Going[], { step, parts }: PartStep): Stepped {
  const { manager } = question.space;
  const ends: ConnectionEnd[] = [];
  const on: (Going & Pick<ConnectionEnd, 'last'>)[] = [];
  for (const group of grouped(question, going, step)) {
    for (const last of walkPart({ ...question, start: group.start }, group.set)) {
      for (const { first, set: own, doubts: before, known: had, answer = last, strayed: earlier } of group.of) {
        const met = manager.and(own, last.set);
        if (met === EMPTY) continue;
        const come = arrives(question, { first, step, last });
        const going = { first, last, answer, doubts: [...before, ...last.doubts], known: seenBy(had, step, last.env) };
        for (const { name, set: whole, isLast } of parts(met)) {
          const now = isElsewhere(had, step, last.env) ? { step, part: name, env: last.env, start: group.start } : undefined;
          const strayed = earlier ?? now;
          const shared = { ...going, ...(strayed && { strayed }) };
          const set = manager.and(whole, come);
          const wrong = manager.minus(whole, set);
          const end = last.fate.kind === 'undecided' ? 'undecided' : 'stalls';
          if (wrong !== EMPTY) ends.push({ ...shared, set: wrong, end, part: name });
          if (set === EMPTY) continue;
          if (isLast) ends.push({ ...shared, set, end: 'completes', part: name });
          else on.push({ ...shared, set });
        }
      }
    }
  }
  return { ends, on };
}

interface Group {
  readonly start: LaterStart;
  set: Bdd;
  readonly of: Going[];
}

/** Packets that start alike are walked once. */
function grouped({ space, iif }: ConnectionQuestion, going: readonly Going[], step: ConnectionStep): readonly Group[] {
  const groups = new Map<Space, Map<string, Group>>();
  const make = step.direction === 'reply' ? answerStart : laterStart;
  for (const one of going) {
    const start = make({ space, iif, one: one.first }, step, entryFor(step, one.known));
    const alike = groups.get(start.space) ?? new Map<string, Group>();
    groups.set(start.space, alike);
    const key = `${start.iif} ${keyOf(start.env, [])}`;
    const group = alike.get(key) ?? { start, set: EMPTY, of: [] };
    alike.set(key, group);
    group.set = space.manager.or(group.set, one.set);
    group.of.push(one);
  }
  return [...groups.values()].flatMap((alike) => [...alike.values()]);
}

interface Arrival {
  readonly first: FateClass;
  readonly step: ConnectionStep;
  readonly last: PartEnd;
}

/** First packets whose later one comes to the side where it is waited for, with the ends that are waited for. */
function arrives({ space, iif }: ConnectionQuestion, { first, step, last }: Arrival): Bdd {
  const { kind } = last.fate;
  if (kind !== 'delivered' && kind !== 'sent' && kind !== 'forwarded') return EMPTY;
  if (step.direction === 'original') return kind === first.fate.kind ? sameTuple(space, last.env, first.env) : EMPTY;
  return (kind === 'delivered') === (iif === undefined) ? sameTuple(space, last.env, answerEnds(space)) : EMPTY;
}
