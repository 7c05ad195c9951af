/** What becomes of the connections that packets open: simulate/conversation.ts for sets of first packets. */
import { type ConnectionStep, HANDSHAKE, type PartName, QUESTION_ANSWERED } from '../../netfilter/connectionParts.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal, sameBits } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import type { PacketClass, SymbolicTuple } from '../walk/state.ts';
import { keyOf } from '../walk/stateKeys.ts';
import type { FateClass } from '../walk/traverse.ts';
import { entryFor, entryOf, type Known, seenBy } from './entries.ts';
import { answerStart, type LaterStart, laterStart } from './laterPackets.ts';
import { opens, unansweredHere } from './opening.ts';
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
  /** of all its packets */
  readonly doubts: PacketClass['doubts'];
}

export interface ConnectionQuestion {
  readonly space: Space;
  readonly ruleset: Ruleset;
  /** where the first packets arrive; absent: they are sent here */
  readonly iif: string | undefined;
}

/** A part of a class whose connections have come so far. */
interface Going {
  readonly first: FateClass;
  readonly set: Bdd;
  readonly doubts: PacketClass['doubts'];
  readonly known: Known;
  readonly answer?: PartEnd;
}

/** Every first packet of the classes is in at least one of the sets. */
export function connectionEnds(question: ConnectionQuestion, classes: readonly FateClass[]): readonly ConnectionEnd[] {
  const { space } = question;
  const { manager } = space;
  const ends: ConnectionEnd[] = [];
  const isTcp = equal(manager, space.start.proto, PROTO.tcp);
  const opened = classes.flatMap((first): readonly Going[] => {
    const { set: whole, doubts, env, fate } = first;
    const set = manager.and(whole, opens(space, first));
    const rest = manager.minus(whole, set);
    if (rest !== EMPTY) {
      const end = fate.kind === 'undecided' ? 'undecided' : 'one-way';
      ends.push({ set: rest, end, first, part: 'first', last: first, doubts });
    }
    return set === EMPTY ? [] : [{ first, set, doubts, known: { entry: entryOf(env), connmark: env.connmark, answered: false } }];
  });
  const [synAck, ack] = HANDSHAKE as readonly [ConnectionStep, ConnectionStep];
  const [answer] = QUESTION_ANSWERED as readonly [ConnectionStep];
  // flags are only looked at where the protocol has them: the answers of all protocols are walked as SYN-ACKs
  const answers = (set: Bdd): readonly Part[] => [
    { name: synAck.name, set: manager.and(set, isTcp), isLast: false },
    { name: answer.name, set: manager.minus(set, isTcp), isLast: true },
  ];
  const answering = opened.flatMap((one): readonly Going[] => {
    const mute = manager.and(one.set, unansweredHere(space, one.first));
    if (mute === EMPTY) return [one];
    const last: PartEnd = { ...one.first, decided: undefined, fate: { kind: 'lost', reason: 'no-route' } };
    for (const { name, set } of answers(mute))
      if (set !== EMPTY) ends.push({ set, end: 'stalls', first: one.first, part: name, last, doubts: one.doubts });
    const set = manager.minus(one.set, mute);
    return set === EMPTY ? [] : [{ ...one, set }];
  });
  const answered = goOn(answering, synAck, answers);
  goOn(answered, ack, (set) => [{ name: ack.name, set, isLast: true }]);
  return ends;

  /** Those that go on; the others have an end. */
  function goOn(going: readonly Going[], step: ConnectionStep, parts: (set: Bdd) => readonly Part[]): readonly Going[] {
    const on: Going[] = [];
    for (const group of grouped(question, going, step)) {
      for (const one of walkPart({ ...question, start: group.start }, group.set)) {
        for (const { first, set: own, doubts, known, answer: before } of group.of) {
          const met = manager.and(own, one.set);
          if (met === EMPTY) continue;
          const come = arrives(question, { first, step, last: one });
          const all = [...doubts, ...one.doubts];
          const answer = before ?? one;
          for (const { name, set, isLast } of parts(met)) {
            const right = manager.and(set, come);
            const wrong = manager.minus(set, right);
            const say = (end: ConnectionEnd['end'], ended: Bdd) =>
              ends.push({ set: ended, end, first, part: name, last: one, answer, doubts: all });
            if (wrong !== EMPTY) say(one.fate.kind === 'undecided' ? 'undecided' : 'stalls', wrong);
            if (right !== EMPTY && isLast) say('completes', right);
            if (right !== EMPTY && !isLast) on.push({ first, set: right, doubts: all, known: seenBy(known, step, one.env), answer });
          }
        }
      }
    }
    return on;
  }
}

interface Part {
  readonly name: PartName;
  readonly set: Bdd;
  readonly isLast: boolean;
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
  if (step.direction === 'original') return kind === first.fate.kind ? sameEnds(space, last.env, first.env) : EMPTY;
  return (kind === 'delivered') === (iif === undefined) ? sameEnds(space, last.env, answerEnds(space)) : EMPTY;
}

/** As who sent the first packet waits for them. */
function answerEnds({ start }: Space): SymbolicTuple {
  return { src: start.dst, dst: start.src, sport: start.dport, dport: start.sport };
}

function sameEnds({ manager, has }: Space, one: SymbolicTuple, other: SymbolicTuple): Bdd {
  const ports = manager.and(sameBits(manager, one.sport, other.sport), sameBits(manager, one.dport, other.dport));
  const addresses = manager.and(sameBits(manager, one.src, other.src), sameBits(manager, one.dst, other.dst));
  return manager.and(addresses, manager.or(manager.not(has.ports), ports));
}
