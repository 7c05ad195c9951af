/** Rulesets, hosts and settings of chainwalk/arbitraries: that they are what they say, and how small counterexamples get. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GeneratedPacket, hosts, istioSettings, packets, rulesets, rulesTexts } from '../../src/api/arbitraries/index.ts';
import { InputError, type Outcome, parse, render, trace } from '../../src/api/library/index.ts';
import { readHost } from '../../src/host/readHost.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';

const SEEDS = Array.from({ length: 100 }, (_, seed) => seed);

describe('rulesets', { timeout: 60_000 }, () => {
  it.each([4, 6] as const)('of IPv%s load, with ipsets or without', (family) => {
    for (const sets of [false, true])
      for (const text of fc.sample(rulesTexts({ family, sets }), { numRuns: 80, seed: 1 })) {
        const { diagnostics, rulesets: loaded } = parse(text, { family });
        expect(diagnostics.filter(isError)).toEqual([]);
        expect(loaded.map((one) => one.family)).toEqual([family]);
        expect(text.includes('--match-set') && !sets).toBe(false);
      }
  });

  it('have all that rules of meshes are made of', () => {
    const texts = fc.sample(rulesTexts(), { numRuns: 150, seed: 1 }).join('');
    const parts = [
      '*raw',
      '*mangle',
      '*nat',
      '*filter',
      ' -j U',
      ' -g U',
      'REDIRECT',
      'DNAT',
      'TPROXY',
      'CONNMARK',
      'MARK',
      '--uid-owner',
      '--ctstate',
      'CT --zone',
    ];
    expect(parts.filter((part) => !texts.includes(part))).toEqual([]);
  });

  it('are of the tables that are requested', () => {
    for (const { tables } of fc.sample(rulesets({ tables: ['nat', 'raw'] }), { numRuns: 50, seed: 1 }))
      expect([...tables.keys()].filter((name) => name !== 'nat' && name !== 'raw')).toEqual([]);
    for (const { tables } of fc.sample(rulesets({ tables: ['filter'] }), { numRuns: 20, seed: 1 }))
      expect([...tables.keys()]).toEqual(['filter']);
  });

  it('can be walked on the usual host', () => {
    for (const one of fc.sample(rulesets(), { numRuns: 100, seed: 2 }))
      for (const packet of fc.sample(packets(one, { unusual: true }), { numRuns: 5, seed: 2 }))
        expect(() => trace(one, packet)).not.toThrow();
  });

  it('are printed as their text', () => {
    const [one] = fc.sample(rulesets({ tables: ['nat'] }), { numRuns: 1, seed: 1 });
    expect(fc.stringify(one)).toMatch(/^\*nat\n[^{}]*COMMIT\n$/);
  });
});

interface Smallest {
  readonly seed: number;
  readonly rules: readonly string[];
  readonly packet: GeneratedPacket;
}

/** Of rules and a packet that have the outcome, when a run finds some. */
function smallest(outcome: Outcome, seed: number): readonly Smallest[] {
  const isOther = (ruleset: Ruleset, packet: GeneratedPacket): boolean =>
    trace(ruleset, packet, { profile: 'istio-sidecar' }).outcome !== outcome;
  const property = fc.property(rulesets({ family: 4, tables: ['nat', 'filter'] }), packets([], { family: 4 }), isOther);
  const { counterexample } = fc.check(property, { seed, numRuns: 300 });
  if (counterexample === null) return [];
  const [{ source }, packet] = counterexample;
  return [{ seed, rules: source.text.split('\n').filter((line) => line.startsWith('-A')), packet }];
}

describe('a counterexample', { timeout: 60_000 }, () => {
  it.each(['dropped', 'rejected', 'loop'] as const)(
    'of rules and a packet, which is %s, has two rules at most and no part that is not needed',
    { timeout: 60_000 },
    (outcome) => {
      const found = SEEDS.slice(0, 12).flatMap((seed) => smallest(outcome, seed));
      expect(found.length).toBeGreaterThan(4);
      for (const { rules, packet } of found) {
        expect(rules.length).toBeLessThanOrEqual(2);
        expect(Object.keys(packet)).toEqual(['dir', 'proto', 'dst', 'dport']);
      }
    },
  );

  it('of two chains and a mark keeps just the rules that it needs', () => {
    const marksAndJumps = (text: string) => /^-A OUTPUT .*-j U/m.test(text) && /^-A PREROUTING .*-j MARK/m.test(text);
    for (const seed of SEEDS.slice(0, 20)) {
      const property = fc.property(rulesTexts({ family: 4, tables: ['mangle'] }), (text) => !marksAndJumps(text));
      const { counterexample } = fc.check(property, { seed, numRuns: 1000 });
      const rules = counterexample?.[0].split('\n').filter((line) => line.startsWith('-A')) ?? [];
      expect([seed, rules.length]).toEqual([seed, 2]);
    }
  });
});

describe('hosts', () => {
  it('can be read', () => {
    for (const host of fc.sample(hosts({ sets: true }), { numRuns: 300, seed: 1 })) expect(readHost(host).problems).toEqual([]);
  });

  it('shrink to one without listeners and policy routing', () => {
    for (const seed of SEEDS) {
      const { counterexample } = fc.check(
        fc.property(hosts(), ({ interfaces }) => interfaces.length < 2),
        { seed },
      );
      expect(counterexample?.[0]).toMatchObject({
        interfaces: [{ name: 'eth0', addresses: ['10.244.0.5/24', 'fd00:10:244::5/64'] }, { name: 'net1' }],
        ip_rules: [],
        route_tables: {},
        listeners: [],
      });
    }
  });
});

describe('settings of Istio', { timeout: 60_000 }, () => {
  it.each(['sidecar', 'ambient'] as const)('of %s are rendered', (mode) => {
    for (const settings of fc.sample(istioSettings({ mode }), { numRuns: 300, seed: 1 })) expect(() => render(settings)).not.toThrow();
  });

  it('that are invalid are refused', () => {
    for (const settings of fc.sample(istioSettings({ invalid: true }), { numRuns: 300, seed: 1 }))
      expect(() => render(settings)).toThrow(InputError);
  });

  it('shrink to the one that matters', () => {
    const rules = (settings: object) => Object.values(render({ ...settings })).join('');
    for (const seed of SEEDS.slice(0, 20)) {
      const property = fc.property(istioSettings({ mode: 'sidecar' }), (settings) => !rules(settings).includes('TPROXY'));
      const { counterexample } = fc.check(property, { seed, numRuns: 1000 });
      expect(counterexample).toMatchObject([{ 'istio-inbound-interception-mode': 'TPROXY' }]);
      expect(Object.keys(counterexample?.[0] ?? {}).length).toBeLessThanOrEqual(2);
    }
  });
});
