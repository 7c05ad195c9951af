/** An institute's firewall: senders paired with their cards in one chain, services by destination in others. What came through the first is
 *  a set that no rule of the others may have to work on. */
import { expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import { and, equals } from '../../src/netfilter/matchExpr.ts';
import { PROTO } from '../../src/packet/protocol.ts';
import { deadRules } from '../../src/prove/deadRules/deadRules.ts';
import { type Bdd, EMPTY } from '../../src/symbolic/diagrams/bdd.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { encode } from '../../src/symbolic/walk/encode.ts';
import { startEnv } from '../../src/symbolic/walk/state.ts';
import { type FateClass, traverseIn, traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { fixtureWorlds } from '../agreement/diffEdits.ts';
import { instituteFirewall } from '../bench/instituteFirewall.ts';
import { chainwalk } from '../cli/memoryIo.ts';
import { hostOf } from '../support/host.ts';
import { rulesetOf } from '../support/rulesets.ts';

const host = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24', 'fd00::5/64'] }] });

const STEPS_A_RULE = 3000;

function deadIn(text: string, family: 4 | 6): readonly string[] {
  const budget = new Budget();
  const { dead, undecided } = deadRules(rulesetOf(text, { family }), { host, budget });
  expect(undecided).toEqual([]);
  // no rule works on all that came through the first chain
  expect(budget.steps).toBeLessThan(STEPS_A_RULE * text.split('\n').length);
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

it('a claim about packets of one protocol is decided where all packets together are too hard', { timeout: 60_000 }, async () => {
  const text = instituteFirewall({ hosts: 1000, services: 1000, family: 6 });
  const verify = (rules: string) => chainwalk(['verify', 'r.rules', '--only', 'icmpv6-nd-open'], { files: { 'r.rules': rules } });
  const dropping = await verify(text);
  expect(dropping.out).toContain('error: icmpv6-nd-open (IPv6)');
  expect(dropping.out).toContain(':: -> fd00:10:244::5');
  expect(dropping.code).toBe(1);
  const open = await verify(text.replace('\n-A', '\n-A INPUT -p icmpv6 -j ACCEPT\n-A'));
  expect(open.out).toMatch(/^OK: .*holds.*first packets/s);
  expect(open.code).toBe(0);
});

it('packets that are walked by themselves end as among all packets', () => {
  let compared = 0;
  for (const { name, family, text, host } of fixtureWorlds()) {
    const ruleset = rulesetOf(text, { family, sets: host.sets });
    const space = makeSpace(family, host);
    const { manager } = space;
    for (const iif of [undefined, host.interfaces.find((one) => one.name !== 'lo')?.name]) {
      const go = (within?: Bdd) => {
        const question = { space, ruleset, ...(within !== undefined && { within }) };
        return iif === undefined ? traverseOut(question) : traverseIn(question, iif);
      };
      const all = go();
      for (const when of [equals('proto', PROTO.udp), and(equals('proto', PROTO.tcp), equals('dport', 15006))]) {
        const within = encode(space, startEnv(space, { iif, owned: iif === undefined }), when).may;
        const endsOf = (ends: readonly FateClass[]) => {
          const sets = new Map<string, Bdd>();
          for (const { fate, set, doubts } of ends) {
            const key = `${fate.kind} ${JSON.stringify(fate)} ${doubts.length > 0}`;
            sets.set(key, manager.or(sets.get(key) ?? EMPTY, manager.and(set, within)));
          }
          return new Map([...sets].filter(([, set]) => set !== EMPTY).sort());
        };
        const alone = endsOf(go(within));
        expect(endsOf(all), name).toEqual(alone);
        compared += alone.size;
      }
    }
  }
  expect(compared).toBeGreaterThan(100);
});
