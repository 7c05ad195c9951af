/** The class of a packet: the packet is in it, and packets inside and outside of it are distinguished by the simulator. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { parseAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { sameSet } from '../../src/query/equivalenceClass.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { assignmentOf, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetsOf } from '../support/rulesets.ts';

const { text, host: description } = readFixture('istio-sidecar');
const [ruleset] = rulesetsOf(text, { family: 4 });
const host = hostOf(description);

const packet: fc.Arbitrary<Packet> = fc.record({
  family: fc.constant(4 as const),
  dir: fc.constant('out' as const),
  proto: fc.constant(6),
  src: fc.constant(parseAddress('10.244.0.5') as number),
  dst: fc.constantFrom('203.0.113.9', '10.96.0.10', '127.0.0.1', '10.244.0.5').map((address) => parseAddress(address) as number),
  sport: fc.constant(40000),
  dport: fc.constantFrom(80, 443, 15001, 15006, 15008, 8080),
  flags: fc.constantFrom(2, 16, 18),
  uid: fc.constantFrom(0, 1000, 1337),
  gid: fc.constantFrom(0, 1000, 1337),
  socket: fc.constant(true),
  mark: fc.constant(0),
  ttl: fc.constant(64),
  tos: fc.constant(0),
  length: fc.constant(60),
  fragOffset: fc.constant(0),
});

/** How the leg ends, where it is rewritten to, and every rule that decided or returned. */
function storyOf(one: Packet): string {
  if (ruleset === undefined) return '';
  const [walk] = simulate({ ruleset, packet: one, host }).walks;
  const rules = (walk?.steps ?? []).flatMap((step) =>
    step.kind === 'rule' && !['JUMP', 'GOTO', 'CONTINUE'].includes(step.verdict) ? [`${step.rule.chain} ${step.rule.number}`] : [],
  );
  const rewritten = [walk?.after.dst !== one.dst && walk?.after.dst, walk?.after.dport !== one.dport && walk?.after.dport];
  const { kind } = walk?.fate ?? { kind: '' };
  const taker = walk?.fate.kind === 'delivered' ? (walk.fate.listener ?? '') : '';
  return [kind, taker, ...rewritten, ...rules].join(' ');
}

it('of a packet are exactly those with its story, among packets to one address', () => {
  fc.assert(
    fc.property(packet, packet, (one, other) => {
      if (ruleset === undefined) throw new Error('no rules');
      const space = makeSpace(4, host);
      const set = sameSet(space, { ruleset, packet: one, profile: undefined });
      if (set === undefined) throw new Error('no class');
      expect(setContains(space, set, assignmentOf(space, one))).toBe(true);
      const inside = setContains(space, set, assignmentOf(space, other));
      // the class is of one rewriting as such: a port that is written over with itself counts as rewritten
      if (inside && one.dport === other.dport) expect(storyOf(other)).toBe(storyOf(one));
      if (!inside && one.dst === other.dst && one.dport === other.dport) expect(storyOf(other)).not.toBe(storyOf(one));
    }),
    { numRuns: 150, seed: 5 },
  );
});

/** The SYN-ACKs and answers of some servers do not come back. */
const [dropping] = rulesetsOf(
  `${text}*filter\n-A INPUT -s 203.0.113.9/32 -p tcp --sport 80 -j DROP\n-A OUTPUT -d 10.244.0.5/32 -p tcp --sport 15001 --dport 40001 -j DROP\nCOMMIT\n`,
  {
    family: 4,
  },
);

it('of a packet are those whose connections end as its own', () => {
  const met = new Set<string>();
  const withPorts = fc.record({ one: packet, sport: fc.constantFrom(40000, 40001), uid: fc.constantFrom(1000, 1337) });
  const asked = withPorts.map(({ one, sport, uid }): Packet => ({ ...one, sport, uid, flags: 2 }));
  fc.assert(
    fc.property(asked, asked, (one, other) => {
      if (dropping === undefined) throw new Error('no rules');
      const space = makeSpace(4, host);
      const set = sameSet(space, { ruleset: dropping, packet: one, profile: undefined });
      if (set === undefined) throw new Error('no class');
      expect(setContains(space, set, assignmentOf(space, one))).toBe(true);
      const [own, its] = [one, other].map((each) => walkJourney(dropping, each, { host, connection: 'data' }).outcome);
      met.add(own ?? '');
      if (setContains(space, set, assignmentOf(space, other))) expect(its).toBe(own);
    }),
    { numRuns: 150, seed: 6 },
  );
  expect([...met]).toEqual(expect.arrayContaining(['stalled', 'direct', 'to-app']));
});
