/** Edits that first packets do not meet: diff names the connections that they break, the packet that dies and the rule. What becomes of each
 *  connection was played with real sockets: test/kernel/cases. */
import { describe, expect, it } from 'vitest';
import { diff, parse } from '../../src/api/library/index.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { observed } from '../../src/diff/divergence.ts';
import { changedPackets, type WayChanges } from '../../src/diff/rules.ts';
import { levelOf } from '../../src/diff/severity.ts';
import type { Host } from '../../src/host/host.ts';
import { profileNamed } from '../../src/mesh/allProfiles.ts';
import type { Family } from '../../src/packet/address.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace, type Space } from '../../src/symbolic/space/space.ts';
import { hostIn, nameOf, rulesIn } from '../kernel/cases/connectionRoom.ts';
import { CONNECTION_ROOMS } from '../kernel/cases/connectionRooms.ts';
import { CONNECTION_EDITS, OPENINGS, rulesOf, SIDECAR_HOST } from '../kernel/cases/connections.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const WORDS: Readonly<Record<string, string>> = {
  'syn-ack': 'SYN-ACK',
  ack: 'ACK',
  answer: 'answer',
  data: 'data of the client',
  'data-back': 'data of the server',
};
const profile = profileNamed('istio-sidecar');

describe('of a sidecar', () => {
  const BASE = rulesOf({ edits: [] });

  it.each(CONNECTION_EDITS.slice(1).map((one) => [one.edits.map(({ rule }) => rule).join('; '), one] as const))('%s', (_, one) => {
    const text = rulesOf(one);
    const of = (rules: string) => parse(rules, { family: 4 }).rulesets;
    const { changes, equivalent } = diff(of(BASE), of(text), { host: SIDECAR_HOST, profile: 'istio-sidecar' });
    const dying = [...new Set(one.ends.flatMap((end) => WORDS[end.split(' ')[0] ?? ''] ?? []))];
    // what goes to all hosts of a network is a change of its own, and breaks nothing
    // and a client at a port of the proxy is treated otherwise from its first packet on
    const toOne = changes.filter(({ example }) => !String(example.dst).endsWith('.255') && example.sport !== 15001);
    const stalled = toOne.filter(({ head, usual }) => head.outcome === 'stalled' && usual === 'ordinary');
    expect(equivalent).toBe(false);
    expect(stalled.map(({ level }) => level)).toEqual(stalled.map(() => 'error'));
    for (const { head, base } of stalled) {
      expect([base.connection?.completes, head.connection?.completes]).toEqual([true, false]);
      const chain = one.edits[0]?.rule.split(' ')[1];
      expect([head.rule?.chain, head.rule?.rule]).toEqual(one.policy === undefined ? [chain, 1] : [undefined, undefined]);
    }
    for (const name of dying) expect(stalled.some(({ head }) => head.connection?.reason?.startsWith(`the ${name} `))).toBe(true);
  });
});

interface Sides {
  readonly family: Family;
  readonly host: Host;
  readonly base: string;
  readonly head: string;
}

interface Asked extends Sides {
  readonly space: Space;
  readonly ways: readonly WayChanges[];
}

function asked({ family, host, base, head }: Sides): Asked {
  const space = makeSpace(family, host);
  const of = (text: string) => rulesetOf(text, { family, sets: host.sets });
  const ways = changedPackets(space, { base: of(base), head: of(head), host, ...(profile && { profile }) });
  return { family, host, base, head, space, ways };
}

/** `stays`, or how serious the change is, and by which rule and packet it stalls. */
function saidOf({ space, ways, host }: Asked, opening: string): string {
  const packet = packetOf(opening, host);
  const way = ways.find(({ iif }) => iif === (packet.dir === 'out' ? undefined : packet.iif));
  const bits = assignmentOf(space, packet);
  const change = way?.changes.find(({ set }) => setContains(space, set, bits));
  if (change === undefined) return way?.unclear.some(({ set }) => setContains(space, set, bits)) ? 'unclear' : 'stays';
  const { says, of } = change.head;
  const by = of.decided === undefined ? 'policy' : `${of.decided.table}:${of.decided.chain}:${of.decided.number}`;
  return `${levelOf(change)} ${says.split(' ').slice(0, 3).join(' ')} ${by}`;
}

/** The same by the simulator: whether anything that is compared changes. */
function changesInFact({ family, host, base, head }: Sides, opening: string): boolean {
  const ends = [base, head].map((text) => {
    const ruleset = rulesetOf(text, { family, sets: host.sets });
    return observed(walkJourney(ruleset, packetOf(opening, host), { host, connection: 'whole', ...(profile && { profile }) }));
  });
  return ends[0] !== ends[1];
}

describe.each(CONNECTION_ROOMS.map((room) => [room.name, room] as const))('of %s', (_, room) => {
  it.each(room.edits.map((one) => [nameOf(one), one] as const))('%s', (_name, one) => {
    const sides: Sides = {
      family: room.family,
      host: hostOf(hostIn(room, one)),
      base: rulesIn(room, { edits: [] }),
      head: rulesIn(room, one),
    };
    const found = asked(sides);
    for (const [at, opening] of room.openings.entries()) {
      const said = saidOf(found, opening);
      expect([opening, said === 'stays']).toEqual([opening, !changesInFact(sides, opening)]);
      const [part = '', how, by] = (one.ends[at] ?? '').split(' ');
      if (said === 'stays' || !(part in WORDS)) continue;
      expect([opening, said]).toEqual([opening, expect.stringContaining(`error stalled ${part} ${how}`)]);
      if (how === 'dropped')
        expect([opening, said]).toEqual([opening, expect.stringContaining(by?.replace(/.*:policy$/, ' policy') ?? '')]);
    }
  });
});

it('the openings of a sidecar that complete all the same are in no change', () => {
  for (const one of CONNECTION_EDITS) {
    const found = asked({ family: 4, host: hostOf(SIDECAR_HOST), base: rulesOf({ edits: [] }), head: rulesOf(one) });
    const isBroken = one.ends.map((end) => (end.split(' ')[0] ?? '') in WORDS);
    expect(OPENINGS.map((opening) => saidOf(found, opening) !== 'stays')).toEqual(isBroken);
  }
});
