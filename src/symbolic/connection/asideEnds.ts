/** What becomes of packets by the side of open connections, which go on without them: ICMP errors about them, and closing. */
import { CLOSING, type ConnectionStep, ERRORS_ABOUT } from '../../netfilter/connectionParts.ts';
import { PROTO } from '../../packet/protocol.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import type { Space } from '../space/space.ts';
import { missed } from './connectionEnds.ts';
import { isKnownAlike, type Known, relatedBy, seenBy } from './entries.ts';
import { errorStepOf } from './errorPackets.ts';
import type { ConnectionEnd, ConnectionQuestion, Going } from './going.ts';
import { meetRules, type StepPacket } from './meet.ts';
import type { PartEnd } from './walkPart.ts';
import { arrivalOf, startOf } from './walkStep.ts';

/** One end a packet: it `completes` where it arrives. Asked of connections whose data arrives. */
export function asideEnds(question: ConnectionQuestion, opened: readonly ConnectionEnd[]): readonly ConnectionEnd[] {
  const { manager, start } = question.space;
  const isTcp = equal(manager, start.proto, PROTO.tcp);
  const ends: ConnectionEnd[] = [];
  const walk = (going: readonly Going[], step: Aside): readonly Going[] => walkAside(question, going, { ...step, ends });
  const served = opened.filter(({ end, part }) => end === 'completes' && part === 'data-back');
  let going: readonly Going[] = missed(question, served, 'reply');
  for (const step of ERRORS_ABOUT)
    going = walk(going, { step, packet: errorStepOf(question, step), after: (known, { env }) => relatedBy(known, env) });
  going = going.flatMap((one) => {
    const set = manager.and(one.set, isTcp);
    return set === EMPTY ? [] : [{ ...one, set }];
  });
  for (const step of CLOSING) {
    const packet = { start: startOf(question, step), arrives: arrivalOf(question, step) };
    going = walk(going, { step, packet, after: (known, { env }) => seenBy(known, step, env), isEnd: true });
  }
  return ends;
}

interface Aside {
  readonly step: ConnectionStep;
  readonly packet: StepPacket;
  /** what conntrack knows then; the same if the packet leaves no trace */
  readonly after: (known: Known, last: PartEnd) => Known;
  /** the other side acknowledges it where it has come */
  readonly isEnd?: true;
}

interface Walking extends Aside {
  readonly ends: ConnectionEnd[];
}

/** All go on, whatever becomes of it; those that send none too. */
function walkAside(question: ConnectionQuestion, going: readonly Going[], { step, packet, after, isEnd, ends }: Walking): readonly Going[] {
  const { manager } = question.space;
  const on: Going[] = going.filter((one) => packet.start(one) === undefined);
  for (const { one, set: met, come, last } of meetRules(question, going, packet)) {
    const known = after(one.known, last);
    const own = { ...one, part: step.name, last, known, doubts: [...one.doubts, ...last.doubts] };
    const there = manager.and(met, come);
    const lost = manager.minus(met, there);
    if (there !== EMPTY) ends.push({ ...own, set: there, end: 'completes' });
    if (lost !== EMPTY) ends.push({ ...own, set: lost, end: last.fate.kind === 'undecided' ? 'undecided' : 'stalls' });
    const came = there === EMPTY ? [] : [{ ...own, set: there }];
    const missing = lost === EMPTY ? [] : [{ ...own, set: lost }];
    for (const each of [...(isEnd ? missed(question, came, step.direction) : came), ...missing])
      on.push(each.known === one.known ? { ...one, set: each.set } : each);
  }
  return joined(question.space, on);
}

/** Connections of one way up to here of which conntrack knows the same: the rest does not depend on more, and chance would take them apart at
 *  every packet. */
function joined({ manager }: Space, going: readonly Going[]): readonly Going[] {
  const ofWays = new Map<Going['latest'], Going[]>();
  for (const one of going) {
    const alike = ofWays.get(one.latest) ?? [];
    ofWays.set(one.latest, alike);
    const at = alike.findIndex(({ first, known }) => first === one.first && isKnownAlike(known, one.known));
    const before = alike[at];
    if (before === undefined) alike.push(one);
    else alike[at] = { ...before, set: manager.or(before.set, one.set) };
  }
  return [...ofWays.values()].flat();
}
