/** What becomes of the connections that packets open: simulate/conversation.ts for sets of first packets. */
import { isLiberalTcp } from '../../host/conntrackSettings.ts';
import { AFTER_HANDSHAKE, type ConnectionStep, HANDSHAKE, QUESTION_ANSWERED } from '../../netfilter/connectionParts.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { FateClass } from '../walk/traverse.ts';
import { isFound, knownAfterFirst } from './entries.ts';
import { opens, unansweredHere } from './opening.ts';
import type { PartEnd } from './walkPart.ts';
import { type ConnectionEnd, type ConnectionQuestion, type Going, type StepPart, walkStep } from './walkStep.ts';

/** Every first packet of the classes is in at least one of the sets. */
export function connectionEnds(question: ConnectionQuestion, classes: readonly FateClass[]): readonly ConnectionEnd[] {
  const { space } = question;
  const { manager } = space;
  const ends: ConnectionEnd[] = [];
  const isTcp = equal(manager, space.start.proto, PROTO.tcp);
  const opened = classes.flatMap((first): readonly Going[] => {
    const { set: whole, doubts, fate } = first;
    const set = manager.and(whole, opens(space, first, question.iif));
    const rest = manager.minus(whole, set);
    if (rest !== EMPTY) {
      const end = fate.kind === 'undecided' ? 'undecided' : 'one-way';
      ends.push({ set: rest, end, first, part: 'first', last: first, doubts, known: knownAfterFirst(first) });
    }
    return set === EMPTY ? [] : [{ first, set, doubts, known: knownAfterFirst(first) }];
  });
  const [synAck, ack] = HANDSHAKE as readonly [ConnectionStep, ConnectionStep];
  const [answer] = QUESTION_ANSWERED as readonly [ConnectionStep];
  // flags are only looked at where the protocol has them: the answers of all protocols are walked as SYN-ACKs
  const answers = (set: Bdd): readonly StepPart[] => [
    { name: synAck.name, set: manager.and(set, isTcp), isLast: false },
    { name: answer.name, set: manager.minus(set, isTcp), isLast: true },
  ];
  const answering = opened.flatMap((one): readonly Going[] => {
    const mute = manager.and(one.set, unansweredHere(space, one.first));
    if (mute === EMPTY) return [one];
    const last: PartEnd = { ...one.first, decided: undefined, fate: { kind: 'lost', reason: 'no-route' } };
    for (const { name, set } of answers(mute))
      if (set !== EMPTY) ends.push({ set, end: 'stalls', first: one.first, part: name, last, doubts: one.doubts, known: one.known });
    const set = manager.minus(one.set, mute);
    return set === EMPTY ? [] : [{ ...one, set }];
  });
  const answered = walkStep(question, answering, { step: synAck, parts: answers });
  const acknowledged = walkStep(question, answered.on, { step: ack, parts: (set) => [{ name: ack.name, set, isLast: true }] });
  return [...ends, ...answered.ends, ...acknowledged.ends];
}

/** What becomes of data of connections that are complete: of the client first, then of the server. Of those that conntrack knows by half,
 *  because answers are looked up elsewhere, it is not asked. */
export function dataEnds(question: ConnectionQuestion, ends: readonly ConnectionEnd[]): readonly ConnectionEnd[] {
  const { manager, has } = question.space;
  const open = ends.flatMap((one): readonly Going[] => {
    const set = one.end === 'completes' && isWhole(one) ? manager.and(one.set, has.ports) : EMPTY;
    return set === EMPTY ? [] : [{ ...one, set }];
  });
  const [data, back] = AFTER_HANDSHAKE as readonly [ConnectionStep, ConnectionStep];
  const sent = walkStep(question, open, { step: data, parts: (set) => [{ name: data.name, set, isLast: false }] });
  const isTcp = equal(manager, question.space.start.proto, PROTO.tcp);
  const liberal = isLiberalTcp(question.space.host);
  const received = sent.on.flatMap((one): readonly Going[] => {
    const unseen = one.known.entry !== undefined && !isFound(one.known, one.last.env) && !liberal;
    const segments = unseen ? manager.and(one.set, isTcp) : EMPTY;
    const rest = manager.minus(one.set, segments);
    return [
      ...(segments === EMPTY ? [] : [{ ...one, set: segments, known: { ...one.known, behind: true } }]),
      ...(rest === EMPTY ? [] : [{ ...one, set: rest }]),
    ];
  });
  const answered = walkStep(question, received, { step: back, parts: (set) => [{ name: back.name, set, isLast: true }] });
  return [...sent.ends, ...answered.ends];
}

/** Both directions are known, or neither is. */
function isWhole({ known, last: { env } }: ConnectionEnd): boolean {
  return known.answered || (known.entry === undefined && env.original === undefined);
}
