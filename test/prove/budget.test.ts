/** Every question ends: with an answer, or undecided because its budget is spent. Counted, never timed. */
import { describe, expect, it } from 'vitest';
import { walkJourney } from '../../src/connection/walkJourney.ts';
import { diffRules } from '../../src/diff/rules.ts';
import { Budget, BudgetError, Reserve } from '../../src/lib/budget.ts';
import { ALWAYS } from '../../src/netfilter/matchExpr.ts';
import { deadRules } from '../../src/prove/deadRules/deadRules.ts';
import { verifyRulesets } from '../../src/prove/judge/verifyRules.ts';
import { findPackets } from '../../src/query/find.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { assumedHost } from '../support/assumed.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';

describe('a budget', () => {
  it('ends what takes more than its limits', () => {
    const spent = (work: (budget: Budget) => void): string | undefined => {
      try {
        work(new Budget({ steps: 10, nodes: 10, classes: 10, records: 10 }));
        return undefined;
      } catch (error) {
        return error instanceof BudgetError ? `${error.resource}: ${error.message}` : String(error);
      }
    };
    expect(spent((budget) => budget.step(10))).toBeUndefined();
    expect(spent((budget) => budget.step(11))).toBe('steps: more than 10 steps');
    expect(spent((budget) => budget.takeNodes(4) + budget.takeNodes(8) + budget.takeNodes(1))).toBe('nodes: more than 10 decision nodes');
    expect(spent((budget) => budget.hold(6) ?? budget.keep(5))).toBe('classes: more than 10 classes of packets');
    expect(spent((budget) => budget.record(11))).toBe('records: more than 10 recorded steps');
  });

  it('gives a share of what is left, and the rest to those who come after', () => {
    const budget = new Budget({ steps: 100 });
    expect(() => budget.share(1 / 2, () => budget.step(51))).toThrow('more than a share of 100 steps');
    budget.share(1, () => budget.step(40));
    expect(() => budget.step(10)).toThrow('more than 100 steps');
  });

  it('takes what is beyond an ordinary question from the reserve of the run, which grows with the rulesets asked about', () => {
    const hard = (reserve: Reserve, rules: object): string | undefined => {
      const budget = new Budget({ steps: 1e9, reserve });
      budget.admit(rules, 1);
      try {
        for (let at = 0; at < 200; at++) budget.step(1 << 16);
        return undefined;
      } catch (error) {
        return String(error);
      }
    };
    const [few, many, one] = [new Reserve(1e8), new Reserve(1e8), {}];
    for (let others = 0; others < 10; others++) many.admit({});
    expect([hard(few, one), hard(few, one)]).toEqual([undefined, expect.stringContaining('the questions before have taken')]);
    expect([hard(many, one), hard(many, one)]).toEqual([undefined, undefined]);
  });

  it('asks the clock now and then, and stays over', () => {
    let asked = 0;
    const budget = new Budget({ deadline: () => ++asked > 2 });
    const work = (): void => {
      for (let at = 0; at < 1_000_000; at++) budget.step();
    };
    expect(work).toThrow('the time for the question is over');
    expect(asked).toBe(3);
    expect(() => budget.step()).toThrow('the time for the question is over');
  });
});

const PACKET = 'out tcp -> 203.0.113.9:443';
const WHERE = { expr: { 4: ALWAYS, 6: ALWAYS } };

function chains(count: number, rulesOf: (chain: string, next: string | undefined, index: number) => readonly string[]): Ruleset {
  const names = Array.from({ length: count }, (_, index) => `C${index}`);
  const rules = names.flatMap((name, index) => rulesOf(name, names[index + 1], index));
  return rulesetOf(['*filter', ...names.map((name) => `:${name} -`), '-A OUTPUT -j C0', ...rules, 'COMMIT'].join('\n'), { family: 4 });
}

describe('chains that call each other', () => {
  const deep = (count: number, last: string): Ruleset =>
    chains(count, (name, next) => [next === undefined ? `-A ${name} -p tcp --dport 443 -j ${last}` : `-A ${name} -j ${next}`]);

  it.each([2_000])('may do so %i deep', (count) => {
    const ruleset = deep(count, 'DROP');
    const host = assumedHost([ruleset], undefined);
    const { classes } = findPackets(ruleset, { host, where: { ...WHERE, dir: 'out' }, outcome: 'dropped' });
    expect(classes.map(({ packets }) => packets())).toEqual([expect.stringContaining('443')]);
    const { changes, undecided } = diffRules({ base: ruleset, head: deep(count, 'ACCEPT'), host });
    expect(undecided).toEqual([]);
    // of what is sent to that port, and of what is asked from it
    expect(changes.length).toBeGreaterThan(1);
    expect(deadRules(ruleset, { host, method: 'diagrams' })).toEqual({ dead: [], undecided: [] });
    expect(deadRules(ruleset, { host })).toEqual({ dead: [], undecided: [] });
    expect(verifyRulesets([ruleset]).findings.filter(({ verdict }) => verdict === 'undecided')).toEqual([]);
  });
});

describe('a walk of one packet', () => {
  it('through a chain that is called 2^25 times is cut short, and is no verdict', () => {
    const ruleset = chains(25, (name, next) => (next === undefined ? [] : [`-A ${name} -j ${next}`, `-A ${name} -j ${next}`]));
    const host = assumedHost([ruleset], undefined);
    const journey = walkJourney(ruleset, packetOf(PACKET, host), { host, limits: { records: 5_000 } });
    expect(journey).toMatchObject({ outcome: 'undecided', spent: expect.stringContaining('recorded steps') });
    expect(journey.paths[0]?.legs[0]?.walk.steps).toHaveLength(100);
    const budget = new Budget({ steps: 1_000 });
    expect(() => walkJourney(ruleset, packetOf(PACKET, host), { host, budget })).toThrow(BudgetError);
  });
});
