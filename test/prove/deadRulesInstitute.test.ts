/** Dead rules of an institute's firewall: senders paired with their cards in one chain, services by destination in others. What came through
 *  the first is a set that no rule of the others may have to work on. */
import { expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import { deadRules } from '../../src/prove/deadRules/deadRules.ts';
import { instituteFirewall } from '../bench/instituteFirewall.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

const host = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24', 'fd00::5/64'] }] });

function deadIn(text: string, family: 4 | 6): readonly string[] {
  const { dead, undecided } = deadRules(rulesetOf(text, { family }), { host, budget: new Budget() });
  expect(undecided).toEqual([]);
  return dead.map(({ rule }) => rule.text);
}

it.each([4, 6] as const)('2,000 rules are decided, IPv%i', { timeout: 60_000 }, (family) => {
  const size = { hosts: 1000, services: 1000, family } as const;
  const text = instituteFirewall(size);
  // of a service that comes after the same one
  const dead = deadIn(text, family);
  expect(dead.length).toBeGreaterThan(20);
  const [pair = ''] = text.split('\n').filter((line) => line.startsWith('-A SPOOFING -s'));
  const [, address = ''] = /-s (\S+)/.exec(pair) ?? [];
  const card = '02:00:00:00:00:01';
  const other = `-A INSIDE -s ${address} -m mac --mac-source ${card} -j ACCEPT`;
  const anywhere = `-A SERVICES -s ${address} -m mac --mac-source ${card} -j ACCEPT`;
  // the same address with another card is dropped before; but only by one of the interfaces
  const more = text.replace('COMMIT', () => `${other}\n${anywhere}\nCOMMIT`);
  expect(deadIn(more, family).filter((one) => !dead.includes(one))).toEqual([other]);
});
