/** What is unknown: Kleene logic, forks of a walk, and the outcome that follows. The kernel cannot be asked about these. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { completePacket } from '../../src/host/completePacket.ts';
import { everyWay } from '../../src/simulate/choices.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { addressOf } from '../properties/world.ts';
import { assumedHost, profileOf } from '../support/assumed.ts';
import { rulesetOf } from '../support/rulesets.ts';

const PACKET = { dir: 'out', proto: 6, dst: addressOf('203.0.113.9'), dport: 443, uid: 1000, gid: 1000 } as const;

function walksOf(rules: string) {
  const ruleset = rulesetOf(`*filter\n:OUTPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`, { family: 4 });
  const profile = profileOf([ruleset]);
  const host = assumedHost([ruleset], profile);
  const { packet } = completePacket(PACKET, host);
  if (packet === undefined) throw new Error('no packet');
  return { ...simulate({ ruleset, packet, host }), journey: walkJourney(ruleset, packet, { host, ...(profile && { profile }) }) };
}

const fates = (rules: string) => walksOf(rules).walks.map(({ fate }) => fate.kind);

describe('a rule that is not modelled', () => {
  it('forks the walk: it may match or not', () =>
    expect(fates('-A OUTPUT -m string --algo bm --string x -j DROP')).toEqual(['dropped', 'sent']));
  it('makes the outcome undecided', () =>
    expect(walksOf('-A OUTPUT -m string --algo bm --string x -j DROP').journey.outcome).toBe('undecided'));
  it('does not matter when another clause is false', () =>
    expect(fates('-A OUTPUT -p udp -m string --algo bm --string x -j DROP')).toEqual(['sent']));
  it('does not matter when its target decides nothing', () =>
    expect(fates('-A OUTPUT -m string --algo bm --string x -j LOG')).toEqual(['sent']));
  it('does not make the outcome undecided when both ways end alike', () =>
    expect(walksOf('-A OUTPUT -m string --algo bm --string x -j ACCEPT').journey.outcome).toBe('direct'));
  it('stays unknown under negation', () =>
    expect(fates('-A OUTPUT -m string --algo bm ! --string x -j DROP')).toEqual(['dropped', 'sent']));
  it('names itself', () =>
    expect(walksOf('-A OUTPUT -m string --algo bm --string x -j DROP').walks[0]?.choices[0]).toMatchObject({
      why: 'unmodelled',
      taken: 'matches',
    }));
  it('as a target leaves everything open', () => expect(fates('-A OUTPUT -p tcp -j NFQUEUE --queue-num 1')).toEqual(['undecided']));
});

describe('chance', () => {
  it('goes both ways, with the odds of the rule', () => {
    const { walks, journey } = walksOf('-A OUTPUT -m statistic --mode random --probability 0.25 -j DROP');
    expect(walks.map(({ fate }) => fate.kind)).toEqual(['dropped', 'sent']);
    expect(walks[0]?.choices[0]).toMatchObject({ why: 'chance' });
    expect(walks[0]?.choices[0]?.probability).toBeCloseTo(0.25);
    expect(journey.outcome).toBe('undecided');
  });
  it('is thrown anew by each rule', () =>
    expect(fates('-A OUTPUT -m limit --limit 1/s -j DROP\n-A OUTPUT -m limit --limit 1/s -j DROP')).toEqual([
      'dropped',
      'dropped',
      'sent',
    ]));
});

describe('every way', () => {
  it('walks each combination once, depth first', () => {
    const { results } = everyWay(
      (choose) => {
        const first = choose({ why: 'chance', what: 'a', ways: 2 });
        return first === 0 ? 'a0' : `a1 b${choose({ why: 'chance', what: 'b', ways: 3 })}`;
      },
      { most: 100 },
    );
    expect(results).toEqual(['a0', 'a1 b0', 'a1 b1', 'a1 b2']);
  });
  it('counts to the product of the ways, and stops at the budget', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (ways, budget) => {
        const { results, truncated } = everyWay((choose) => ways.map((count) => choose({ why: 'chance', what: '', ways: count })).join(), {
          most: budget,
        });
        const all = ways.reduce((product, count) => product * count, 1);
        expect(results).toHaveLength(Math.min(all, budget));
        expect(new Set(results).size).toBe(results.length);
        expect(truncated).toBe(all > budget);
      }),
    ));
});
