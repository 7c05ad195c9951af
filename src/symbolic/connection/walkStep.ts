/** One packet of all connections that have come so far. */
import { CLOSING, type ConnectionStep, DATA, HANDSHAKE, OPENING_PARTS, type PartName } from '../../netfilter/connectionParts.ts';
import type { CtDirection } from '../../packet/packet.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import type { Space } from '../space/space.ts';
import type { FateClass } from '../walk/traverse.ts';
import { answerEnds, sameTuple } from '../walk/tuples.ts';
import { entriesFor, isElsewhere, seenBy } from './entries.ts';
import type { ConnectionEnd, ConnectionQuestion, Going } from './going.ts';
import { answerStart, laterStart } from './laterPackets.ts';
import { seesAssured, standIn } from './looks.ts';
import { meetRules, type StepPacket } from './meet.ts';
import type { PartEnd } from './walkPart.ts';

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
  readonly on: readonly (Going & Pick<ConnectionEnd, 'last' | 'part'>)[];
}

export function walkStep(question: ConnectionQuestion, going: readonly Going[], { step, parts }: PartStep): Stepped {
  const { manager } = question.space;
  const ends: ConnectionEnd[] = [];
  const on: (Going & Pick<ConnectionEnd, 'last' | 'part'>)[] = [];
  const packet: StepPacket = {
    start: startOf(question, step),
    arrives: arrivalOf(question, step),
  };
  for (const { one, set: met, come, last, start } of meetRules(question, going, packet)) {
    const { first, answer = last, latest, doubts: before, known: had, strayed: earlier, heard } = one;
    const known = seenBy(had, step, last.env);
    const shared = { first, last, answer, doubts: [...before, ...last.doubts], known };
    for (const { name, set: whole, isLast } of parts(met)) {
      const set = manager.and(whole, come);
      const wrong = manager.minus(whole, set);
      const end = last.fate.kind === 'undecided' ? 'undecided' : 'stalls';
      const strayed = earlier ?? (isElsewhere(had, step, last.env) ? { step, part: name, env: last.env, start } : undefined);
      // a SYN-ACK comes before the connection is there
      const hears = heard?.[step.direction] ?? (name === 'syn-ack' ? undefined : last.env.iif);
      const more = { latest: { ...latest, [step.direction]: last }, heard: { ...heard, ...(hears && { [step.direction]: hears }) } };
      const own = { ...shared, part: name, ...more, ...(strayed && { strayed }) };
      if (wrong !== EMPTY) ends.push({ ...own, set: wrong, end });
      if (set === EMPTY) continue;
      if (isLast) ends.push({ ...own, set, end: 'completes' });
      else on.push({ ...own, set });
    }
  }
  return { ends, on };
}

/** Of two packets that no rule can tell apart the first is walked for both. */
export function startOf({ space, iif, ruleset }: ConnectionQuestion, step: ConnectionStep): StepPacket['start'] {
  const make = step.direction === 'reply' ? answerStart : laterStart;
  const name = standIn(space, ruleset, { name: step.name, among: NAMES[step.direction] });
  // a stand-in that opens the connection has been routed, and what looks like it goes the same way, unless rules have marked the connection,
  // or chance takes the two apart
  const opening = OPENING_PARTS.includes(name);
  const isRouted = ({ first: { env }, known, doubts }: Going): boolean =>
    opening && doubts.length === 0 && known.connmark.every((bit, at) => bit === env.connmark[at]);
  return (one) =>
    make(
      { space, iif, one: one.first, ...(one.heard && !isRouted(one) && { heard: one.heard }) },
      { ...step, name },
      entriesFor(step, one.known, seesAssured(ruleset)),
    );
}

const ofDirection = (direction: CtDirection): readonly PartName[] =>
  [...HANDSHAKE, ...DATA, ...CLOSING].flatMap((step) => (step.direction === direction ? [step.name] : []));
const NAMES: Readonly<Record<CtDirection, readonly PartName[]>> = { original: ofDirection('original'), reply: ofDirection('reply') };

/** One of each kind that the rules tell apart. */
export function laterNames(space: Space, ruleset: Ruleset, direction: CtDirection): readonly PartName[] {
  const among = NAMES[direction];
  return among.filter((name) => standIn(space, ruleset, { name, among }) === name);
}

export function arrivalOf(question: ConnectionQuestion, step: ConnectionStep): StepPacket['arrives'] {
  return ({ first }, last) => arrives(question, { first, step, last });
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
