/** Redundant rules of long tables: found from the last rule back, beside two walks for each rule. */
import { expect, it } from 'vitest';
import { Budget, BudgetError } from '../../src/lib/budget.ts';
import { redundantByWalks, redundantInLong, redundantRules } from '../../src/prove/deadRules/deadRulesRedundant.ts';
import type { Rule } from '../../src/ruleset/ruleset.ts';
import { inOwnSpace } from '../../src/symbolic/space/space.ts';
import { randomFirewallDump } from '../bench/randomFirewall.ts';
import { randomFrom } from '../kernel/generate/random.ts';
import { randomCases } from '../kernel/generate/randomCase.ts';
import { fixtureNames, readFixture } from '../support/fixtures.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf, rulesetsOf } from '../support/rulesets.ts';

const SEED = Number(process.env.CHAINWALK_SEED ?? 1);
const host = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24', 'fd00::5/64'] }] });

const textOf = (rules: readonly Rule[]): readonly string[] => rules.map(({ chain, number, text }) => `${chain} ${number} ${text}`);

/** How many redundant rules both ways find; undefined: one of them has no answer. */
function compared(text: string, family: 4 | 6, sets: Parameters<typeof rulesetsOf>[1] = {}): number | undefined {
  let count: number | undefined;
  for (const { tables } of rulesetsOf(text, { ...sets, family })) {
    for (const table of tables.values()) {
      try {
        inOwnSpace(family, { host, budget: new Budget({ steps: 3_000_000 }) }, (space) => {
          const found = redundantInLong(space, table);
          if (found === undefined) return;
          const walked = redundantByWalks(space, table).flatMap(([rule, answer]) => (answer === 'yes' ? [rule] : []));
          expect(textOf(found), text).toEqual(textOf(walked));
          count = (count ?? 0) + found.length;
        });
      } catch (error) {
        if (!(error instanceof BudgetError)) throw error;
      }
    }
  }
  return count;
}

/** Chains that call each other forwards, with verdicts in no order and conditions that overlap. */
function smallFirewall(random: ReturnType<typeof randomFrom>): string {
  const chains = ['A', 'B', 'C'];
  const rules = Array.from({ length: 4 + random.below(14) }, () => {
    const at = random.below(4);
    const from = at === 0 ? random.pick(['INPUT', 'FORWARD', 'OUTPUT']) : (chains[at - 1] ?? 'A');
    const below = chains.slice(at);
    const verdicts = ['ACCEPT', 'DROP', 'REJECT', 'REJECT --reject-with icmp-host-unreachable', 'RETURN', ...below, ...below];
    const to = random.pick(verdicts);
    const go = below.includes(to) && random.chance(0.3) ? '-g' : '-j';
    const asked = [
      random.chance(0.5) ? `-s 10.0.0.${random.below(4)}${random.pick(['', '/31', '/30'])}` : '',
      random.chance(0.5) ? `-p ${random.pick(['tcp', 'udp'])}` : '',
      random.chance(0.3) ? `-i ${random.pick(['eth0', 'eth+'])}` : '',
    ].filter((part) => part !== '' && !(from === 'OUTPUT' && part.startsWith('-i')));
    return ['-A', from, ...asked, go, to].join(' ');
  });
  const policies = ['INPUT', 'FORWARD', 'OUTPUT'].map((name) => `:${name} ${random.pick(['ACCEPT', 'DROP'])} [0:0]`);
  return ['*filter', ...policies, ...chains.map((name) => `:${name} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
}

it('both ways find the same in small firewalls, random rulesets and fixtures', { timeout: 120_000 }, () => {
  const seen = { tables: 0, redundant: 0 };
  const add = (count: number | undefined): void => {
    if (count === undefined) return;
    seen.tables++;
    seen.redundant += count;
  };
  const random = randomFrom(SEED);
  for (let count = 0; count < 600; count++) add(compared(smallFirewall(random), 4));
  for (const { family, host: given, rules } of randomCases(3000, SEED))
    add(compared(rules.v4 ?? rules.v6 ?? '', rules.v4 === undefined ? 6 : family, { sets: hostOf(given).sets }));
  for (const { text, host: given } of fixtureNames().map(readFixture)) add(compared(text, 4, { sets: hostOf(given).sets }));
  expect(seen.tables).toBeGreaterThan(500);
  expect(seen.redundant).toBeGreaterThan(300);
});

it('redundant rules of a long firewall are found', () => {
  const text = randomFirewallDump(450).replace('COMMIT', '-A FORWARD -s 10.0.0.0/8 -p tcp -j DROP\nCOMMIT');
  const { rules, skipped } = redundantRules(rulesetOf(text, { family: 4 }), { host, budget: new Budget() });
  expect(skipped).toEqual([]);
  // the policy drops as well
  expect(textOf(rules).at(-1)).toBe('FORWARD 451 -A FORWARD -s 10.0.0.0/8 -p tcp -j DROP');
  expect(rules.length).toBeGreaterThan(1);
});
