/** Tables of nftables of chainwalk/arbitraries: what they have, that they can be walked, and how small counterexamples get. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nftRulesets, nftTexts, packets } from '../../src/api/arbitraries/index.ts';
import { InputError, parse, print, trace } from '../../src/api/library/index.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';

describe('tables of nftables', { timeout: 120_000 }, () => {
  it.each([4, 6] as const)('for IPv%s load, and are printed as they are', (family) => {
    for (const text of fc.sample(nftTexts({ family }), { numRuns: 60, seed: 1 })) {
      const { diagnostics, rulesets } = parse(text);
      expect(diagnostics.filter(isError)).toEqual([]);
      expect(rulesets.map((one) => one.family)).toContain(family);
      expect(print(text)).toBe(text);
    }
  });

  it('have all that rules of nftables are made of', () => {
    const texts = fc.sample(nftTexts(), { numRuns: 150, seed: 1 }).join('');
    const parts = [
      'type nat hook',
      'type route hook',
      'policy drop',
      'vmap {',
      'vmap @lookup',
      '@peers',
      'tproxy ip',
      'notrack',
      'ct zone set',
    ];
    const more = ['jump ', 'goto ', 'redirect to', 'dnat ip6 to', 'masquerade', 'reject', 'map {', 'limit rate', 'skuid', 'table ip6 own'];
    expect([...parts, ...more].filter((part) => !texts.includes(part))).toEqual([]);
  });

  it('can be walked on the usual host', () => {
    for (const one of fc.sample(nftRulesets(), { numRuns: 60, seed: 2 }))
      for (const packet of fc.sample(packets(one), { numRuns: 5, seed: 2 })) expect(() => trace(one, packet)).not.toThrow();
  });

  it('shrink to the rules that matter', () => {
    const dropsNothing = fc.property(nftTexts({ family: 4 }), (text) => !/^\t\t[^{}\n]*\bdrop$/m.test(text));
    const { counterexample } = fc.check(dropsNothing, { numRuns: 200, seed: 1 });
    const rules = (counterexample?.[0] ?? '').split('\n').filter((line) => /^\t\t(?!type |flags |elements )./.test(line));
    expect(rules.length).toBeLessThan(3);
  });

  it('are printed as their text', () => {
    const [one] = fc.sample(nftRulesets({ family: 4 }), { numRuns: 1, seed: 1 });
    expect(fc.stringify(one)).toMatch(/^table inet proxy \{\n/);
  });

  it('an option that there is not is refused', () => {
    expect(() => nftTexts({ tables: ['nat'] } as never)).toThrow(InputError);
  });
});
