/** Real connections, of sockets in this namespace and in those behind its interfaces, compared with the simulator's conversations:
 *  which side connects, accepts, and hears from the other. */
import type { SocketConnection, SocketDrop, Sockets } from '../../src/kernel/asked/sockets.ts';
import { type Address, parseAddress } from '../../src/packet/address.ts';
import { packetText } from '../../src/packet/notation.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { type Expected, expectedOf, type Seen } from './expectedConnection.ts';
import { connectionCases } from './generate/randomConnections.ts';
import { rulesetOfAll } from './nft/examineNft.ts';
import type { Backend } from './oracle.ts';
import type { Rules } from './question.ts';
import { type ConnectionCase, type Opening, openSockets, questionOfCase } from './sockets.ts';

export interface Difference {
  readonly packet: string;
  readonly expected: string;
  readonly got: string;
}

export interface Compared {
  readonly compared: number;
  readonly completed: number;
  readonly skipped: number;
  readonly differences: readonly Difference[];
}

/** One family of rules, its connections one beside the other. What differs is asked again by itself: on a busy machine a packet may come
 *  later than anybody waits. */
export async function compareConnections(sockets: Sockets, given: ConnectionCase, family: 4 | 6): Promise<Compared> {
  const one = { ...given, openings: given.openings.map(asSent) };
  const host = hostOf(one.host);
  const { rules } = one;
  const ruleset =
    rules.nft === undefined
      ? rulesetOf((family === 4 ? rules.v4 : rules.v6) ?? '*filter\nCOMMIT\n', { family })
      : rulesetOfAll(rules, family, one.host);
  const asked = one.openings.flatMap((opening) => {
    const expected = expectedOf({ ruleset, host }, opening);
    return expected === undefined ? [] : [{ opening, expected }];
  });
  let differing = await differences(sockets, one, asked);
  for (const { opening } of differing) {
    const again = asked.filter((each) => each.opening === opening);
    const found = await differences(sockets, { ...one, openings: [opening] }, again);
    if (found.length === 0) differing = differing.filter((each) => each.opening !== opening);
  }
  const completed = asked.filter(({ expected }) => expected.seen.back).length;
  return { compared: asked.length, completed, skipped: one.openings.length - asked.length, differences: differing.map(({ said }) => said) };
}

/** A datagram carries the name of its connection, seven bytes. */
function asSent(opening: Opening): Opening {
  return opening.proto === PROTO.udp ? { ...opening, length: opening.length + 7 } : opening;
}

interface Asked {
  readonly opening: Opening;
  readonly expected: Expected;
}

interface Differing {
  readonly opening: Opening;
  readonly said: Difference;
}

async function differences(sockets: Sockets, one: ConnectionCase, asked: readonly Asked[]): Promise<readonly Differing[]> {
  const results = await sockets.ask(questionOfCase(one));
  return asked.flatMap(({ opening, expected }) => {
    const real = results[one.openings.indexOf(opening)];
    if (real === undefined) throw new Error('an answer is missing');
    const src: Address | undefined = real.from === undefined ? opening.src : parseAddress(real.from[0]);
    const got = seenBy(real, opening, expected);
    const source = src === opening.src ? '' : ` (the kernel chose ${real.from?.[0]})`;
    const different = KEYS.filter((key) => got[key] !== expected.seen[key]);
    if (different.length === 0 && source === '') return [];
    const words = (seen: Seen): string => different.map((key) => `${key} ${seen[key]}`).join(', ');
    const said = { packet: packetText(opening), expected: `${words(expected.seen)}: ${expected.text}`, got: words(got) + source };
    return [{ opening, said }];
  });
}

/** What does not count is as expected. */
function seenBy(real: SocketConnection, opening: Opening, { seen, dead }: Expected): Seen {
  const { there, back, again, again_back: againBack, fin, fin_back: finBack, accepted, error } = real;
  const udp = opening.proto === PROTO.udp;
  // an acknowledgement may come before the data that it could come with, and be refused in its place
  const dropped =
    dead === undefined ? real.drops.find(isOfUse)?.by : (droppedAs(real, opening, dead) ?? droppedAs(real, opening, withoutData(dead)));
  return {
    connected: udp ? true : seen.connected === undefined ? undefined : real.connected,
    accepted: accepted === null ? undefined : acceptedText(accepted),
    ...{ there, back, again, againBack, dropped },
    ...(seen.fin === undefined ? { fin: undefined, finBack: undefined } : { fin, finBack }),
    refused: seen.refused === undefined ? undefined : error !== null && REFUSALS.has(error),
  };
}

type Dead = NonNullable<Expected['dead']>;

function droppedAs({ drops }: SocketConnection, opening: Opening, dead: Dead): string | undefined {
  return drops.find((drop) => isSame(drop, opening, dead))?.by;
}

function withoutData(dead: Dead): Dead {
  return { ...dead, flags: dead.flags.replace('P', '') };
}

const KEYS = ['connected', 'accepted', 'there', 'back', 'again', 'againBack', 'fin', 'finBack', 'refused', 'dropped'] as const;
const REFUSALS: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOPROTOOPT', 'EACCES', 'ECONNRESET']);

/** A connection cannot do without it: an acknowledgement alone comes again with the next packet. */
function isOfUse({ proto, flags }: SocketDrop): boolean {
  return proto === PROTO.tcp ? /[SPF]/.test(flags) && !flags.includes('R') : proto === PROTO.udp;
}

function isSame(drop: SocketDrop, { sport }: Opening, { proto, flags, direction }: Dead): boolean {
  // the bits of ECN are for rules to set
  const plain = (letters: string): string => [...letters.replace(/[EC]/g, '')].sort().join('');
  if (drop.proto !== proto || plain(drop.flags) !== plain(flags)) return false;
  // NAT may have changed the port
  if (drop.sport === null || (drop.sport !== sport && drop.dport !== sport)) return true;
  return (drop.sport === sport) === (direction === 'original');
}

function acceptedText({ at, port, from, original }: NonNullable<SocketConnection['accepted']>): string {
  return `${at} ${port} from ${from[0]}${original === null ? '' : ` for ${original[0]} ${original[1]}`}`;
}

/** Random rules of nft may be such as nft refuses. */
export function unlessRefused({ nft }: Rules): (error: unknown) => undefined {
  return (error) => {
    if (nft === undefined || !(error instanceof Error) || !/nft -f -:|chainwalk refuses/.test(error.message)) throw error;
  };
}

export interface ConnectionRun {
  readonly wanted: number;
  readonly seed: number;
  readonly backend: Backend;
  /** in place of iptables' */
  readonly cases?: typeof connectionCases;
  readonly print: (text: string) => void;
}

export interface ConnectionResult extends Omit<Compared, 'differences'> {
  readonly rulesets: number;
  readonly failed: number;
}

const EACH = 12;
const MOST_SHOWN = 12;

/** Random hosts, rules and connections, until so many are compared. */
export async function runConnections({ wanted, seed, backend, cases = connectionCases, print }: ConnectionRun): Promise<ConnectionResult> {
  const sockets = openSockets(backend);
  let [rulesets, compared, completed, skipped, failed] = [0, 0, 0, 0, 0];
  try {
    for (const one of cases(seed, EACH)) {
      if (compared >= wanted) break;
      const found = await compareConnections(sockets, one, one.family).catch(unlessRefused(one.rules));
      if (found === undefined) continue;
      rulesets++;
      compared += found.compared;
      completed += found.completed;
      skipped += found.skipped;
      for (const { packet, expected, got } of found.differences) {
        if (failed++ < MOST_SHOWN) print(`--- ${one.name}\n${packet}\n  simulator ${expected}\n  kernel    ${got}`);
      }
    }
  } finally {
    await sockets.close();
  }
  return { rulesets, compared, completed, skipped, failed };
}
