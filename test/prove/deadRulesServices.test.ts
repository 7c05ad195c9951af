/** Dispatch on exact addresses into chains that come back: walked with constants, marks forgotten that nothing asks about, against the plain walk
 *  of every chain with the packets that come to it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Budget } from '../../src/lib/budget.ts';
import type { Rule, Table } from '../../src/ruleset/ruleset.ts';
import { basesOf } from '../../src/ruleset/stages.ts';
import { EMPTY } from '../../src/symbolic/diagrams/bdd.ts';
import { inOwnSpace } from '../../src/symbolic/space/space.ts';
import { anyStates } from '../../src/symbolic/walk/anyState.ts';
import { diagramUses, walkAlone } from '../../src/symbolic/walk/usedRules.ts';
import { hostOf } from '../support/host.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { rulesetOf } from '../support/rulesets.ts';

const HOST = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }] });

const address = fc.nat({ max: 3 }).map((at) => `10.0.0.${at}`);
const port = fc.nat({ max: 2 });
const condition = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(address, port).map(([to, at]) => `-d ${to} -p tcp --dport ${at}`) },
  { weight: 2, arbitrary: address.map((from) => `-s ${from}/31`) },
  address.map((from) => `! -s ${from}`),
  address.map((to) => `-d ${to}`),
  fc.constantFrom('-m mark --mark 1/1', '-m mark ! --mark 1/1', '-m mark --mark 2/2', '-p tcp', '-p udp', ''),
  fc.constantFrom('-m statistic --mode random --probability 0.5', '-m ttl --ttl-lt 9', '-m conntrack --ctorigdst 10.0.0.1'),
);
/** Nearly every set is laid aside. */
const ASIDE = { steps: 1, nodes: 4, nodesAStep: 1000 };

/** Chains call those with a higher number. */
const CHAINS = 7;
const target = (from: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: from + 1, max: CHAINS }).map((to) => (to === CHAINS ? 'MARK --or-mark 1' : `C${to}`)) },
    { weight: 2, arbitrary: fc.constantFrom('ACCEPT', 'DROP', 'RETURN') },
    fc.constantFrom('MARK --or-mark 1', 'MARK --set-mark 2', 'TTL --ttl-set 5', 'LOG'),
  );
const rulesOf = (from: number): fc.Arbitrary<readonly string[]> =>
  fc.array(
    fc
      .tuple(condition, target(from), fc.nat({ max: 5 }))
      .map(([asked, to, goes]) => `${asked} ${goes === 0 && /^C\d/.test(to) ? '-g' : '-j'} ${to}`),
    { minLength: 1, maxLength: 4 },
  );
const texts = fc
  .tuple(rulesOf(-1), rulesOf(-1), ...Array.from({ length: CHAINS }, (_, at) => rulesOf(at)))
  .map(([output, input, ...chains]) => {
    const names = chains.map((_, at) => `C${at}`);
    const lines = [['OUTPUT', output], ['PREROUTING', input], ...chains.map((rules, at) => [names[at], rules] as const)] as const;
    const rules = lines.flatMap(([name, all]) => all.map((rule) => `-A ${name} ${rule}`));
    return ['*mangle', ...names.map((name) => `:${name} - [0:0]`), ...rules, 'COMMIT', ''].join('\n');
  });

function tableOf(text: string): Table {
  const [table] = rulesetOf(text, { family: 4 }).tables.values();
  if (table === undefined) throw new Error('no table');
  return table;
}

function plainlyUsed(table: Table): ReadonlySet<Rule> {
  const used = new Set<Rule>();
  inOwnSpace(4, { host: HOST, budget: new Budget() }, (space) => {
    const classesAt = anyStates(space, table);
    for (const base of basesOf(table)) {
      const visit = (rule: Rule, _: number, matching: number): void => {
        if (matching !== EMPTY) used.add(rule);
      };
      walkAlone({ space, table, base, visit }, classesAt(base.base.hook));
    }
  });
  return used;
}

it('rules are used by the same walk with all packets apart', { timeout: 120_000 }, () => {
  const seen = { used: 0, dead: 0 };
  fc.assert(
    fc.property(texts, (text) => {
      const table = tableOf(text);
      const used = plainlyUsed(table);
      for (const large of [undefined, ASIDE]) {
        for (const [rule, { matched }] of diagramUses({ family: 4, host: HOST, table, budget: new Budget(), large })) {
          seen[used.has(rule) ? 'used' : 'dead']++;
          expect(matched, `${rule.text} in\n${text}`).toBe(used.has(rule));
        }
      }
    }),
    { numRuns: 600, seed: 5 },
  );
  expect(seen.used).toBeGreaterThan(4000);
  expect(seen.dead).toBeGreaterThan(400);
});

it('a service of kube-proxy costs few nodes', () => {
  const SERVICES = 2000;
  const budget = new Budget({ nodes: SERVICES * 250 });
  const uses = diagramUses({ family: 4, host: HOST, table: tableOf(kubeProxyNat(8 * SERVICES)), budget });
  expect([...uses.values()].every(({ matched }) => matched === true)).toBe(true);
});
