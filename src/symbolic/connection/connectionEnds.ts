/** What becomes of the connections that packets open: simulate/conversation.ts for sets of first packets. */
import { isLiberalTcp } from '../../host/conntrackSettings.ts';
import { type ConnectionStep, DATA, HANDSHAKE, QUESTION_ANSWERED } from '../../netfilter/connectionParts.ts';
import type { CtDirection } from '../../packet/packet.ts';
import { PROTO } from '../../packet/protocol.ts';
import type { Bdd } from '../diagrams/bdd.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { FateClass } from '../walk/traverse.ts';
import { isFound, knownAfterFirst } from './entries.ts';
import type { ConnectionEnd, ConnectionQuestion, Going } from './going.ts';
import { opens, unansweredHere } from './opening.ts';
import type { PartEnd } from './walkPart.ts';
import { type StepPart, type Stepped, walkStep } from './walkStep.ts';

/** Every first packet of the classes is in at least one of the sets. */
export function connectionEnds(question: ConnectionQuestion, classes: readonly FateClass[]): readonly ConnectionEnd[] {
  const { space } = question;
  const { manager, has } = space;
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
    { name: answer.name, set: manager.minus(set, isTcp), isLast: false },
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
  const plain = ({ name }: ConnectionStep) => ({ parts: (set: Bdd): readonly StepPart[] => [{ name, set, isLast: false }] });
  const answered = walkStep(question, answering, { step: synAck, parts: answers });
  const shaken = answered.on.filter(({ part }) => part === synAck.name);
  const acknowledged = walkStep(question, shaken, { step: ack, ...plain(ack) });
  const served: Going[] = [];
  for (const one of [...acknowledged.on, ...answered.on.filter(({ part }) => part === answer.name)]) {
    const talking = manager.and(one.set, has.ports);
    const rest = manager.minus(one.set, talking);
    if (rest !== EMPTY) ends.push({ ...one, set: rest, end: 'completes' });
    if (talking === EMPTY) continue;
    if (isWhole(one)) served.push({ ...one, set: talking });
    else ends.push({ ...one, set: talking, end: 'completes', opensOnly: true });
  }
  const [data, back] = DATA as readonly [ConnectionStep, ConnectionStep];
  const sent = walkStep(question, served, { step: data, ...plain(data) });
  const received = walkStep(question, missed(question, sent.on, data.direction), {
    step: back,
    parts: (set) => [{ name: back.name, set, isLast: true }],
  });
  return [...ends, ...answered.ends, ...acknowledged.ends, ...sent.ends, ...received.ends];
}

/** What became of bytes that went past conntrack: it takes segments that acknowledge them for INVALID. */
export function missed({ space }: ConnectionQuestion, on: Stepped['on'], direction: CtDirection): Stepped['on'] {
  const { manager, host } = space;
  if (isLiberalTcp(host)) return on;
  const isTcp = equal(manager, space.start.proto, PROTO.tcp);
  return on.flatMap((one) => {
    const { known, last, set } = one;
    const segments = known.entry === undefined || isFound(known.entry, last.env) ? EMPTY : manager.and(set, isTcp);
    if (segments === EMPTY) return [one];
    const rest = manager.minus(set, segments);
    const behind = { ...one, set: segments, known: { ...known, behind: { ...known.behind, [direction]: true } } };
    return rest === EMPTY ? [behind] : [behind, { ...one, set: rest }];
  });
}

/** Both directions are known, or neither is: of others, whose answers are looked up elsewhere, it is asked whether they open. */
function isWhole({ known, last: { env } }: Pick<ConnectionEnd, 'known' | 'last'>): boolean {
  return known.answered || (known.entry === undefined && env.original === undefined);
}
