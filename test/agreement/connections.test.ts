/** The two engines say the same of every connection: whether it completes, and where it ends if it does not. */
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import { TCP_FLAGS } from '../../src/packet/fields.ts';
import { packetText } from '../../src/packet/notation.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { type Conversation, converse } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import type { Fate } from '../../src/simulate/trace.ts';
import { connectionEnds, dataEnds } from '../../src/symbolic/connection/connectionEnds.ts';
import type { ConnectionEnd, ConnectionQuestion } from '../../src/symbolic/connection/walkStep.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace, type Space } from '../../src/symbolic/space/space.ts';
import type { ClassFate } from '../../src/symbolic/walk/traverse.ts';
import { traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { type Case, randomCases } from '../kernel/generate/randomCase.ts';
import { connectionCases } from '../kernel/generate/randomConnections.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

interface Tally {
  compared: number;
  readonly seen: Map<string, number>;
  readonly wrong: string[];
}

function compareCase(one: Pick<Case, 'rules' | 'host' | 'packets'>, tally: Tally): void {
  for (const [family, text] of [
    [4, one.rules.v4],
    [6, one.rules.v6],
  ] as const) {
    if (text === undefined) continue;
    const space = makeSpace(family, hostOf(one.host));
    const ruleset = rulesetOf(text, { family, sets: space.host.sets });
    const known = new Map<string | undefined, Pick<Question, 'ends' | 'data'>>();
    const endsOn = (iif: string | undefined): Pick<Question, 'ends' | 'data'> => {
      const found = known.get(iif) ?? proveOn({ space, ruleset, iif });
      known.set(iif, found);
      return found;
    };
    for (const packet of one.packets.filter((each) => each.family === family)) {
      if (packet.oif !== undefined || packet.src === 0 || packet.src === 0n) continue;
      const opening = asFirst(packet);
      compare({ space, ruleset, packet: opening, ...endsOn(opening.dir === 'in' ? opening.iif : undefined) }, tally);
    }
  }
}

function proveOn(question: ConnectionQuestion): Pick<Question, 'ends' | 'data'> {
  const ends = connectionEnds(question, question.iif === undefined ? traverseOut(question) : traverseIn(question, question.iif));
  return { ends, data: dataEnds(question, ends) };
}

/** With the flags that open a connection. */
function asFirst(packet: Packet): Packet {
  // a set of packets does not say who chose their source: their sockets may be bound to it
  const { ctstate: _, ctdir: __, connmark: ___, srcChosen: ____, ...headers } = packet;
  return { ...headers, ...(packet.proto === PROTO.tcp && packet.fragOffset === 0 && { flags: TCP_FLAGS.S }) };
}

interface Question {
  readonly space: Space;
  readonly ruleset: Ruleset;
  readonly packet: Packet;
  readonly ends: readonly ConnectionEnd[];
  /** of data of those that complete */
  readonly data: readonly ConnectionEnd[];
}

function compare({ space, ruleset, packet, ends, data }: Question, tally: Tally): void {
  const { host } = space;
  const budget = new Budget();
  const { walks } = simulate({ ruleset, packet, host }, { budget });
  const conversations = walks.flatMap((first) => converse({ ruleset, host, first, budget }));
  const said = conversations.map(({ parts, end }) => {
    // what nobody takes opens no connection; whether its sender is told so is not compared
    const [last] = ['rst', 'error'].includes(parts.at(-1)?.name ?? '') ? parts : parts.slice(-1);
    if (last !== parts.at(-1) && last !== undefined) return `one-way first ${fateWords(last.walk.fate)} ${byWords(last.walk.fate)}`;
    return last === undefined
      ? ''
      : `${end} ${last.name} ${end === 'undecided' ? '' : `${fateWords(last.walk.fate)} ${byWords(last.walk.fate)}`}`;
  });
  const assignment = assignmentOf(space, packet);
  const ofPacket = (classes: readonly ConnectionEnd[]) => classes.filter(({ set }) => setContains(space, set, assignment));
  const alsoAsked = ofPacket(data);
  if (alsoAsked.length > 0) said.push(...walks.flatMap((first) => ofData(converse({ ruleset, host, first, budget, whole: true }))));
  const proved = [...ofPacket(ends), ...alsoAsked].map(({ end, part, last: { fate, decided } }) => {
    const by = fate.kind === 'dropped' || fate.kind === 'rejected' ? `${decided?.chain ?? 'policy'} ${decided?.number ?? ''}` : '';
    return `${end} ${part} ${end === 'undecided' ? '' : `${fateWords(fate)} ${by}`}`;
  });
  const [simulated, symbolic] = [unique(said), unique(proved)];
  tally.compared++;
  for (const one of simulated) {
    const [end = '', part = ''] = one.split(' ');
    tally.seen.set(`${end} ${part}`, (tally.seen.get(`${end} ${part}`) ?? 0) + 1);
  }
  if (simulated.join() !== symbolic.join()) {
    const what = `${packetText(packet)} ${JSON.stringify({ ...packet, src: String(packet.src), dst: String(packet.dst) })} with rules of line ${ruleset.source.text}`;
    tally.wrong.push(`${what}\nsimulator: ${simulated.join(' | ')}\nsymbolic:  ${symbolic.join(' | ')}`);
  }
}

/** What becomes of data, of those that are asked about theirs. */
function ofData(conversations: readonly Conversation[]): readonly string[] {
  return conversations.flatMap(({ parts, end }) => {
    const last = parts.findLast(({ name }) => name === 'data' || name === 'data-back');
    if (last === undefined) return [];
    const { name, arrives, walk } = last;
    const said = arrives ? 'completes' : end;
    return [`${said} ${name} ${said === 'undecided' ? '' : `${fateWords(walk.fate)} ${byWords(walk.fate)}`}`];
  });
}

function fateWords(fate: Fate | ClassFate): string {
  switch (fate.kind) {
    case 'lost':
      return `lost ${fate.reason}`;
    case 'sent':
    case 'forwarded':
      return `${fate.kind} ${fate.oif}`;
    default:
      return fate.kind;
  }
}

function byWords(fate: Fate): string {
  return fate.kind === 'dropped' || fate.kind === 'rejected' ? `${fate.by?.chain ?? 'policy'} ${fate.by?.number ?? ''}` : '';
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words.map((one) => one.trim()))].sort();
}

describe('the simulator and the symbolic engine agree about connections', () => {
  const SEED = Number(process.env.CHAINWALK_SEED ?? 1);
  const CONNECTIONS = Number(process.env.CHAINWALK_CONNECTIONS ?? 50_000);

  it(`of ${CONNECTIONS} first packets, of random rules and fixtures with edits that only later packets meet`, { timeout: 900_000 }, () => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    for (const one of connectionCases(SEED, EACH)) {
      if (tally.compared >= CONNECTIONS) break;
      compareCase({ ...one, packets: one.openings }, tally);
    }
    expect(tally.wrong.slice(0, 3)).toEqual([]);
    expect(tally.compared).toBeGreaterThanOrEqual(CONNECTIONS);
    for (const kind of KINDS) expect(tally.seen.get(kind) ?? 0, kind).toBeGreaterThan(CONNECTIONS / 500);
  });

  it('of random packets and random rules', { timeout: 600_000 }, () => {
    const tally: Tally = { compared: 0, seen: new Map(), wrong: [] };
    for (const one of randomCases(1000, SEED)) compareCase(one, tally);
    expect(tally.wrong.slice(0, 3)).toEqual([]);
    expect(tally.compared).toBeGreaterThan(500);
  });
});

const KINDS = [
  'completes ack',
  'completes answer',
  'stalls syn-ack',
  'stalls ack',
  'stalls answer',
  'one-way first',
  'completes data-back',
  'stalls data',
  'stalls data-back',
];

/** Connections on each ruleset. */
const EACH = 250;
