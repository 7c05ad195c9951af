/** Dead rules against a SAT solver, which is asked about every rule by itself: whether some packet at some hook is decided by it. */
import { describe, expect, it } from 'vitest';
import type { Family } from '../../src/packet/address.ts';
import { deadRules } from '../../src/prove/deadRules/deadRules.ts';
import { randomFirewallDump } from '../bench/randomFirewall.ts';
import { hostOf } from '../support/host.ts';
import { kubeProxyNat } from '../support/kubeProxyNat.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { makeCircuit } from '../support/sat/circuit.ts';
import { tableCircuit } from '../support/sat/tableCircuit.ts';

const host = hostOf({ interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24'] }] });

async function deadBySat(text: string, family: Family = 4): Promise<readonly string[]> {
  const dead: string[] = [];
  for (const table of rulesetOf(text, { family }).tables.values()) {
    const circuit = await makeCircuit();
    const taken = tableCircuit(circuit, family, table);
    for (const { rules } of table.chains.values()) {
      for (const rule of rules) {
        const literal = taken.get(rule);
        if (literal === undefined || !circuit.isSatisfiable(literal)) dead.push(`${rule.chain} ${rule.number}`);
      }
    }
  }
  return dead;
}

function deadByUs(text: string, family: Family = 4): readonly string[] {
  const { dead, undecided } = deadRules(rulesetOf(text, { family }), { host });
  expect(undecided).toEqual([]);
  return dead.map(({ rule }) => `${rule.chain} ${rule.number}`);
}

const KUBE = kubeProxyNat(300);
const LINES = KUBE.split('\n');
const [FIRST = 0, SECOND = 0] = LINES.flatMap((line, at) => (line.startsWith('-A KUBE-SERVICES') ? [at] : []));
const first = (change: (line: string) => string): readonly string[] => LINES.with(FIRST, change(LINES[FIRST] ?? ''));

describe('dead rules are those that a SAT solver finds', () => {
  it.each([
    ['as it is', LINES, 0],
    ['with a dispatch rule twice', LINES.toSpliced(SECOND, 0, LINES[FIRST] ?? ''), 1],
    ['with a dispatch rule lost, and its chain', LINES.toSpliced(FIRST, 1), 7],
    ['with a service on every port', first((line) => line.replace(/--dport \d+/, '')), 0],
    ['with a service for a network', first((line) => line.replace('/32', '/26').replace(/--dport \d+/, '--dport 1024:1030')), 48],
    ['with the mark asked for the other way', LINES.map((line) => line.replace('! --mark 0x4', '--mark 0x4')), 0],
    [
      'with the mark set before it is requested',
      LINES.map((line) => (line.startsWith('-A POSTROUTING') ? `-A POSTROUTING -j MARK --or-mark 0x4000\n${line}` : line)),
      1,
    ],
  ] as const)('in a kube-proxy table %s', { timeout: 60_000 }, async (_, lines, count) => {
    const text = lines.join('\n');
    const found = await deadBySat(text);
    expect(found).toHaveLength(count);
    expect(deadByUs(text)).toEqual(found);
  });

  it.each([1, 2, 3])(
    'in a random firewall of prefixes from /12 to /32, ports and interfaces, number %i',
    { timeout: 60_000 },
    async (seed) => {
      const text = randomFirewallDump(400, seed);
      const found = await deadBySat(text);
      expect(deadByUs(text)).toEqual(found);
      expect(found.length).toBeGreaterThan(0);
    },
  );
});
