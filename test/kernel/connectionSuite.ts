/** Real connections, of sockets in this namespace and in those behind its interfaces, compared with the simulator's conversations:
 *  which side connects, accepts, and hears from the other. */
import { type Address, parseAddress } from '../../src/packet/address.ts';
import { packetText } from '../../src/packet/notation.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { type Expected, expectedOf } from './expectedConnection.ts';
import { connectionCases } from './generate/randomConnections.ts';
import type { Backend } from './oracle.ts';
import { type ConnectionCase, connectionQuestion, type Opening, openSockets, type RealConnection, type Sockets } from './sockets.ts';

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
export async function compareConnections(sockets: Sockets, one: ConnectionCase, family: 4 | 6): Promise<Compared> {
  const host = hostOf(one.host);
  const ruleset = rulesetOf((family === 4 ? one.rules.v4 : one.rules.v6) ?? '*filter\nCOMMIT\n', { family });
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
  const completed = asked.filter(({ expected }) => expected.real.back).length;
  return { compared: asked.length, completed, skipped: one.openings.length - asked.length, differences: differing.map(({ said }) => said) };
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
  const results = await sockets.ask(connectionQuestion(one));
  return asked.flatMap(({ opening, expected: { real: said, text } }) => {
    const real = results[one.openings.indexOf(opening)];
    if (real === undefined) throw new Error('an answer is missing');
    const src: Address | undefined = real.from === undefined ? opening.src : parseAddress(real.from[0]);
    // of UDP it says no more than that there is a route
    const connected = opening.proto === PROTO.udp ? true : said.connected === undefined ? undefined : real.connected;
    const got = { connected, accepted: acceptedText(real), there: real.there, back: real.back };
    const source = src === opening.src ? '' : ` (the kernel chose ${real.from?.[0]})`;
    if (JSON.stringify(got, keys) === JSON.stringify(said, keys) && source === '') return [];
    const difference = { packet: packetText(opening), expected: `${JSON.stringify(said)} ${text}`, got: JSON.stringify(got) + source };
    return [{ opening, said: difference }];
  });
}

const keys = ['connected', 'accepted', 'there', 'back'];

function acceptedText({ accepted }: RealConnection): string | undefined {
  return accepted === null ? undefined : `${accepted.at} ${accepted.port} from ${accepted.from[0]}`;
}

export interface ConnectionRun {
  readonly wanted: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly print: (text: string) => void;
}

export interface ConnectionResult extends Omit<Compared, 'differences'> {
  readonly rulesets: number;
  readonly failed: number;
}

const EACH = 12;
const MOST_SHOWN = 12;

/** Random hosts, rules and connections, until so many are compared. */
export async function runConnections({ wanted, seed, backend, print }: ConnectionRun): Promise<ConnectionResult> {
  const sockets = openSockets(backend);
  let [rulesets, compared, completed, skipped, failed] = [0, 0, 0, 0, 0];
  try {
    for (const one of connectionCases(seed, EACH)) {
      if (compared >= wanted) break;
      const found = await compareConnections(sockets, one, one.family);
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
