/** Expectations: what is met is proved, what is not shown is not met. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/api/library/index.ts';
import type { Outcome } from '../../src/connection/journey.ts';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import { expectPacket, expectSet } from '../../src/query/expectations.ts';
import { parsePacket } from '../../src/syntax/packets/parsePacket.ts';
import { parsePacketSet } from '../../src/syntax/packets/parsePacketSet.ts';
import { assumedHost, profileOf } from '../support/assumed.ts';
import { readFixture } from '../support/fixtures.ts';

function world(text: string) {
  const rulesets = parse(text, { family: 4 }).rulesets;
  const profile = profileOf(rulesets);
  return { rulesets, host: assumedHost(rulesets, profile), ...(profile && { profile }) };
}

const USUAL: readonly Outcome[] = ['captured-out', 'captured-in', 'direct', 'to-app', 'to-proxy'];
const SIDECAR = world(readFixture('istio-sidecar').text);

function journeyOf(packet: string, { rulesets, host, profile }: ReturnType<typeof world> = SIDECAR) {
  const given = parsePacket({ file: 'packet', text: packet }).packet;
  const complete = given && completePacket(given, host).packet;
  if (complete === undefined || rulesets[0] === undefined) throw new Error(packet);
  return walkJourney(rulesets[0], complete, { host, ...(profile && { profile }) });
}

function ask(text: string, outcome: Outcome, { every = false, of = SIDECAR } = {}) {
  const where = parsePacketSet({ file: 'set', text }).set;
  if (where === undefined) throw new Error(text);
  return expectSet({ ...of, where, wanted: { outcome }, every });
}

describe('an expected packet', () => {
  const web = journeyOf('out tcp -> 203.0.113.9:443 uid=1000');

  it('is met by its outcome, its port and a rule that decides it', () => {
    expect(expectPacket(web, { outcome: 'captured-out', to: 15001, by: '-A ISTIO_OUTPUT  -j ISTIO_REDIRECT' }).reasons).toEqual([]);
  });

  it('says all that is otherwise', () => {
    expect(expectPacket(web, { outcome: 'direct', to: 15006, by: '--gid-owner 1337' })).toMatchObject({
      verdict: 'unmet',
      reasons: ['expected direct, got captured-out', 'expected at port 15006, got at 15001', 'no rule with `--gid-owner 1337` decides it'],
    });
    expect(expectPacket(journeyOf('out tcp -> 203.0.113.9:443 uid=1337'), { outcome: 'direct', to: 15001 }).reasons).toEqual([
      'expected at port 15001, got to no listener',
    ]);
  });

  it('with an open outcome is not as expected', () => {
    const lots = world('*filter\n-A INPUT -m statistic --mode random --probability 0.5 -j DROP\nCOMMIT\n');
    expect(expectPacket(journeyOf('in tcp -> 10.244.0.5:80', lots), { outcome: 'to-app' }).reasons).toEqual([
      'expected to-app, got undecided',
    ]);
  });
});

describe('an expected set', () => {
  it('is met when every packet of it has that outcome', () => {
    expect(ask('out tcp -> 203.0.113.0/24:!15001 uid=!1337 gid=!1337', 'captured-out')).toMatchObject([{ verdict: 'met' }]);
    expect(ask('in tcp -> 10.244.0.5:{15020,15021,15090}', 'to-proxy')).toMatchObject([{ verdict: 'met' }]);
  });

  it('is not met with a packet that shows it, and all of them in words', () => {
    const [answer] = ask('out tcp -> 203.0.113.0/24:!15001 uid=!1337', 'captured-out');
    expect(answer).toMatchObject({ verdict: 'unmet', reasons: ['expected captured-out for every packet of the set, got direct'] });
    expect(answer?.packets).toBe('out tcp -> 203.0.113.0/24:!15001 uid=!1337 gid=1337 (ordinary first packets)');
    expect(answer?.journey).toMatchObject({ outcome: 'direct', packet: { gid: 1337 } });
    expect(answer?.blame[0]?.text).toContain('--gid-owner 1337');
  });

  it('without packets is not met', () => {
    const set = 'in tcp -> 10.244.0.5 iif=eth9';
    expect(ask(set, 'captured-in')).toMatchObject([{ verdict: 'unmet', reasons: ['the set contains no packets'] }]);
  });

  it('is of ordinary packets, unless every one is requested', () => {
    const [answer] = ask('in tcp -> 10.244.0.5:8080', 'captured-in', { every: true });
    expect(ask('in tcp -> 10.244.0.5:8080', 'captured-in')).toMatchObject([{ verdict: 'met' }]);
    expect(answer?.verdict).toBe('unmet');
  });

  it('is undecided where something unmodelled decides, and unmet where chance does', () => {
    const open = world('*filter\n-A INPUT -p tcp -m string --string foo --algo bm -j DROP\nCOMMIT\n');
    expect(ask('in tcp -> 10.244.0.5:80', 'to-app', { of: open })).toMatchObject([{ verdict: 'undecided', blame: [{ number: 1 }] }]);
    const lots = world('*filter\n-A INPUT -m statistic --mode random --probability 0.5 -j DROP\nCOMMIT\n');
    expect(ask('in tcp -> 10.244.0.5:80', 'to-app', { of: lots })).toMatchObject([{ verdict: 'unmet' }]);
  });

  it('and one of its packets agree', () => {
    const port = fc.constantFrom(22, 80, 443, 8080, 15001, 15006, 15008, 15020, 15021, 15053, 15090);
    const dst = fc.constantFrom('203.0.113.9', '10.244.0.5', '127.0.0.1', '10.0.0.9');
    const id = fc.constantFrom(0, 1000, 1337);
    fc.assert(
      fc.property(dst, port, id, id, fc.constantFrom(...USUAL), (to, dport, uid, gid, outcome) => {
        const journey = journeyOf(`out tcp 10.244.0.5:40000 -> ${to}:${dport} uid=${uid} gid=${gid}`);
        const met = ask(`out tcp 10.244.0.5:40000 -> ${to}:${dport} uid=${uid} gid=${gid}`, outcome).every(
          ({ verdict }) => verdict === 'met',
        );
        expect(met).toBe(journey.outcome === outcome);
      }),
      { numRuns: 60 },
    );
  });
});
