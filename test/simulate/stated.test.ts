/** A packet that is said to be of a connection is treated as with that connection in the table. */
import { describe, expect, it } from 'vitest';
import type { Packet } from '../../src/packet/packet.ts';
import { type Connection, findConnection, rewritten, tupleOf } from '../../src/simulate/connection.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { Skb } from '../../src/simulate/skb.ts';
import type { Walk } from '../../src/simulate/trace.ts';
import { fixtureCases } from '../kernel/generate/fixtureCases.ts';
import { poolsOf } from '../kernel/generate/pools.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import type { Case } from '../kernel/generate/randomCase.ts';
import { poolsFor, randomCases } from '../kernel/generate/randomCase.ts';
import { randomFlow } from '../kernel/generate/randomFlow.ts';
import { worldOf } from '../kernel/playFlow.ts';

const SEED = Number(process.env.CHAINWALK_SEED ?? 1);

const endOf = ({ fate, after }: Walk): string => {
  const by = 'by' in fate ? `${fate.by?.chain} ${fate.by?.number}` : '';
  return JSON.stringify([fate.kind, by, after], (_, value) => (typeof value === 'bigint' ? String(value) : value));
};

/** The packet with its connection in words: state, direction, and the ends before NAT. */
function said(packet: Packet, connection: Connection, direction: 'original' | 'reply'): Packet {
  const { src, sport, dst, dport } = connection.original;
  const port = (value: number | undefined) => (packet.sport === undefined || value === undefined ? {} : { port: value });
  return {
    ...packet,
    ctstate: 'ESTABLISHED',
    ctdir: direction,
    connmark: connection.mark,
    ctorigsrc: { address: src, ...port(sport) },
    ctorigdst: { address: dst, ...port(dport) },
  };
}

interface Tally {
  answers: number;
  later: number;
  translated: number;
  readonly wrong: string[];
}

function compareFlow(one: Case, flow: readonly Packet[], tally: Tally): void {
  const { ruleset, host } = worldOf(one);
  let connections: readonly Connection[] = [];
  for (const packet of flow) {
    const { walks } = simulate({ ruleset, packet, host, connections }, { ways: 1 });
    const [walk] = walks;
    if (walk === undefined) return;
    const { proto } = packet;
    const skb = new Skb(packet, host);
    const found = findConnection(connections, { proto, tuple: skb.tuple(), zone: { original: 0, reply: 0 } });
    const after =
      found && findConnection(walk.connections, { proto, tuple: tupleOf(found.connection, 'original'), zone: found.connection.zone });
    const usual = after?.connection.assured === (proto === 6 && ((packet.flags ?? 0) & 2) === 0);
    if (found !== undefined && usual && walk.after.ctstate === 'ESTABLISHED' && packet.quotes === undefined) {
      const { connection, direction } = found;
      const stated = said(packet, connection, direction);
      const alone = simulate({ ruleset, packet: stated, host, ...(direction === 'original' && { connection }) }, { ways: 1 }).walks[0];
      if (alone === undefined || endOf(alone) !== endOf(walk)) {
        tally.wrong.push(
          `${endOf(walk)}\n${alone && endOf(alone)}\n${JSON.stringify(stated, (_, v) => (typeof v === 'bigint' ? String(v) : v))}\n${ruleset.source.text}`,
        );
      }
      tally[direction === 'reply' ? 'answers' : 'later']++;
      const nat = rewritten(connection);
      if (nat.src || nat.dst) tally.translated++;
    }
    connections = walk.connections;
  }
}

describe('a packet that is said to be of a connection is treated as with the connection in the table', () => {
  it.each([
    ['random rules', randomCases(600, SEED), (one: Case) => poolsFor(one.family, one.host)],
    [
      'the fixtures',
      fixtureCases(0, SEED),
      (one: Case) => poolsOf([(one.family === 4 ? one.rules.v4 : one.rules.v6) ?? ''], one.family, one.host),
    ],
  ] as const)('%s', { timeout: 120_000 }, (_, cases, pools) => {
    const random = randomFrom(SEED);
    const tally: Tally = { answers: 0, later: 0, translated: 0, wrong: [] };
    for (const one of cases) {
      const world = worldOf(one);
      for (let index = 0; index < 6; index++) {
        compareFlow(one, randomFlow(random, { ...world, family: one.family, pools: pools(one) }), tally);
      }
    }
    expect(tally.wrong.slice(0, 3)).toEqual([]);
    expect(tally.answers).toBeGreaterThan(40);
    expect(tally.later).toBeGreaterThan(20);
    expect(tally.translated).toBeGreaterThan(10);
  });
});
