/** What becomes of packets by the side of open connections, which go on without them: ICMP errors about them, and closing. */
import { CLOSING, type ConnectionStep, ERRORS_ABOUT } from '../../netfilter/connectionParts.ts';
import { PROTO } from '../../packet/protocol.ts';
import { EMPTY } from '../diagrams/bdd.ts';
import { equal } from '../diagrams/vector.ts';
import { missed } from './connectionEnds.ts';
import { isRelated, type Known, seenBy } from './entries.ts';
import { errorStepOf } from './errorPackets.ts';
import type { ConnectionEnd, ConnectionQuestion, Going } from './going.ts';
import { meetRules, type StepPacket } from './meet.ts';
import type { PartEnd } from './walkPart.ts';
import { arrivalOf, type Stepped, startOf } from './walkStep.ts';

/** One end a packet: it `completes` where it arrives. Asked of connections whose data arrives. */
export function asideEnds(question: ConnectionQuestion, opened: readonly ConnectionEnd[]): readonly ConnectionEnd[] {
  const { manager, start } = question.space;
  const isTcp = equal(manager, start.proto, PROTO.tcp);
  const ends: ConnectionEnd[] = [];
  const walk = (going: Stepped['on'], step: Aside): Stepped['on'] => {
    const walked = walkAside(question, going, step);
    ends.push(...walked.ends);
    return walked.on;
  };
  const served = opened.filter(({ end, part }) => end === 'completes' && part === 'data-back');
  let going = missed(question, served, 'reply');
  for (const step of ERRORS_ABOUT) {
    const after = (known: Known, { env }: PartEnd): Known => (isRelated(known, env) ? { ...known, connmark: env.connmark } : known);
    going = walk(going, { step, packet: errorStepOf(question, step), after });
  }
  going = going.flatMap((one) => {
    const set = manager.and(one.set, isTcp);
    return set === EMPTY ? [] : [{ ...one, set }];
  });
  for (const step of CLOSING) {
    const packet = { start: startOf(question, step), arrives: arrivalOf(question, step) };
    going = walk(going, { step, packet, after: (known, { env }) => seenBy(known, step, env) });
  }
  return ends;
}

interface Aside {
  readonly step: ConnectionStep;
  readonly packet: StepPacket;
  /** what conntrack knows then */
  readonly after: (known: Known, last: PartEnd) => Known;
}

/** All go on, whatever becomes of it; those that send none too. */
function walkAside(question: ConnectionQuestion, going: Stepped['on'], { step, packet, after }: Aside): Stepped {
  const { manager } = question.space;
  const ends: ConnectionEnd[] = [];
  const on: (Going & Pick<ConnectionEnd, 'last' | 'part'>)[] = going.filter((one) => packet.start(one) === undefined);
  for (const { one, set: met, come, last } of meetRules(question, going, packet)) {
    const { name: part } = step;
    const known = after(one.known, last);
    const own = { ...one, part, last, known, doubts: [...one.doubts, ...last.doubts] };
    const there = manager.and(met, come);
    const lost = manager.minus(met, there);
    if (there !== EMPTY) ends.push({ ...own, set: there, end: 'completes' });
    if (lost !== EMPTY) ends.push({ ...own, set: lost, end: last.fate.kind === 'undecided' ? 'undecided' : 'stalls' });
    // what leaves no trace does not make the rest of the connection depend on it
    on.push({ ...own, set: met, doubts: known === one.known ? one.doubts : own.doubts });
  }
  return { ends, on };
}
