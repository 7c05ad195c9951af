/** Connections that go on or do not: the edits of test/kernel/cases/connections.ts, which real sockets have played. */
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import { converse } from '../../src/simulate/conversation.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { hostIn, nameOf, rulesIn } from '../kernel/cases/connectionRoom.ts';
import { CONNECTION_ROOMS } from '../kernel/cases/connectionRooms.ts';
import { CONNECTION_EDITS, OPENINGS, rulesOf, SIDECAR_HOST } from '../kernel/cases/connections.ts';
import { endOf as roomEnd } from '../kernel/endOf.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

const host = hostOf(SIDECAR_HOST);

function endOf(rules: string, text: string): string {
  const ruleset = rulesetOf(rules, { family: 4 });
  const packet = packetOf(text, host);
  const [first] = simulate({ ruleset, packet, host }).walks;
  if (first === undefined) throw new Error('no walk');
  const found = converse({ ruleset, host, first, budget: new Budget(), upTo: 'whole' });
  expect(found.length).toBe(1);
  const last = found[0]?.parts.at(-1);
  return found[0]?.end === 'stalls' ? `${last?.name} ${last?.walk.fate.kind}` : (found[0]?.end ?? '');
}

describe.each(CONNECTION_ROOMS)('a connection of $name', (room) => {
  it.each(room.edits.map((edit) => [nameOf(edit), edit] as const))('%s', (_, edit) => {
    const there = hostOf(hostIn(room, edit));
    const place = { rules: rulesIn(room, edit), family: room.family, host: there };
    expect(room.openings.map((text) => roomEnd(place, packetOf(text, there)))).toEqual(edit.ends);
  });
});

describe('a connection', () => {
  it.each(CONNECTION_EDITS.map((one) => [one.edits.map(({ rule }) => rule).join('; ') || 'no edit', one] as const))('%s', (_, one) => {
    expect(OPENINGS.map((opening) => endOf(rulesOf(one), opening))).toEqual(one.ends);
  });
  it('of a protocol without answers, or to a port where nothing listens, goes one way', () => {
    const rules = rulesOf({ edits: [] });
    expect(endOf(rules, 'out esp -> 10.0.0.9')).toBe('one-way');
    expect(endOf(rules, 'in icmp 10.244.0.1 -> 10.244.0.5')).toBe('completes');
    // whoever answers a ping keeps its code, by which conntrack knows it
    expect(endOf(rules, 'out icmp -> 10.0.0.9 icmp=8/4')).toBe('completes');
  });
});

describe('what a conversation does not depend on, or cannot know', () => {
  const place = (...edits: readonly string[]) => ({
    rules: rulesOf({ edits: edits.map((rule) => ({ table: 'filter' as const, rule })) }),
    family: 4 as const,
    host,
  });
  const proxy = packetOf('out tcp -> 10.0.0.9:80 uid=1337 gid=1337', host);

  it.each([
    '-A INPUT -i eth0 -m connbytes --connbytes 3 --connbytes-dir both --connbytes-mode packets -j DROP',
    '-A INPUT -i eth0 -m recent --update --seconds 60 --hitcount 3 --name DEFAULT --mask 255.255.255.255 --rsource -j DROP',
    '-A INPUT -i eth0 -p tcp -m connlimit --connlimit-above 2 --connlimit-mask 32 --connlimit-saddr -j DROP',
    '-A INPUT -i eth0 -m hashlimit --hashlimit-above 2/sec --hashlimit-burst 5 --hashlimit-name one -j DROP',
    '-A INPUT -i eth0 -m conntrack --ctexpire 100 -j DROP',
  ])('what %s remembers leaves it undecided, and names the rule', (rule) => {
    expect(roomEnd(place(rule), proxy)).toMatch(/^undecided -A INPUT -i eth0 /);
  });

  it('a rule that is not known and makes no difference does not matter', () => {
    const rule = '-A INPUT -i eth0 -m connbytes --connbytes 3 --connbytes-dir both --connbytes-mode packets -j ACCEPT';
    expect(roomEnd(place(rule), proxy)).toBe('completes');
  });

  it.each(['out udp -> 224.0.0.251:5353 uid=1000', 'out udp -> 255.255.255.255:67 uid=0', 'in udp 10.244.0.1 -> 10.244.0.255:137'])(
    '%s goes one way: nothing answers from there',
    (text) => {
      expect(roomEnd(place(), packetOf(text, host))).toBe('one-way');
    },
  );

  const parts = (edits: readonly string[], text: string) => {
    const { rules } = place(...edits);
    const ruleset = rulesetOf(rules, { family: 4 });
    const [first] = simulate({ ruleset, packet: packetOf(text, host), host }).walks;
    if (first === undefined) throw new Error('no walk');
    const [only] = converse({ ruleset, host, first, budget: new Budget(), upTo: 'whole' });
    return { end: only?.end, parts: only?.parts.map(({ name, arrives, walk }) => [name, arrives, walk.after.ctstate]) };
  };

  it('errors about its packets come to who sent them, related to it', () => {
    const { end, parts: found } = parts([], 'out tcp -> 10.0.0.9:80 uid=1337 gid=1337');
    expect(end).toBe('completes');
    expect(found).toContainEqual(['too-big', true, 'RELATED']);
    expect(found).toContainEqual(['ttl-exceeded', true, 'RELATED']);
  });
  it('an answer that NAT rewrites has its errors rewritten', () => {
    expect(parts([], 'in tcp 10.244.0.1 -> 10.244.0.5:8080').parts).toContainEqual(['too-big-back', true, 'RELATED']);
  });
  it('an error that does not arrive does not end it', () => {
    const { end, parts: found } = parts(['-A INPUT -p icmp -j DROP'], 'out tcp -> 10.0.0.9:80 uid=1337 gid=1337');
    expect(end).toBe('completes');
    expect(found).toContainEqual(['too-big', false, 'RELATED']);
  });
  it('more ways than are requested end undecided', () => {
    const rule = '-A INPUT -m statistic --mode random --probability 0.5 -j DROP';
    const ruleset = rulesetOf(place(rule).rules, { family: 4 });
    const [first] = simulate({ ruleset, packet: proxy, host }).walks;
    if (first === undefined) throw new Error('no walk');
    const found = converse({ ruleset, host, first, budget: new Budget(), ways: 1 });
    expect(found.map(({ end, cut }) => [end, cut])).toEqual([
      ['stalls', undefined],
      ['undecided', true],
    ]);
  });
});
