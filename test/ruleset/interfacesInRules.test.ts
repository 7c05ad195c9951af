/** Rules that ask for no interface are passed over: what is found is what the words of all rules name. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { rulesTexts } from '../../src/api/arbitraries/index.ts';
import { everyRule } from '../../src/ruleset/everyRule.ts';
import { interfacesInRules } from '../../src/ruleset/interfacesInRules.ts';
import { rulesetOf } from '../support/rulesets.ts';

it('finds the interfaces that the words of the rules name', () => {
  let found = 0;
  fc.assert(
    fc.property(rulesTexts({ family: 4 }), (text) => {
      const ruleset = rulesetOf(text, { family: 4 });
      const words = everyRule(ruleset).flatMap(({ clauses }) =>
        clauses.flatMap((clause) => /^(?:! )?-[io] (\S+)$/.exec(clause.text)?.[1] ?? []),
      );
      const named = new Set(words.filter((name) => name !== '+' && name !== 'lo').map((name) => name.replace(/\+$/, '0')));
      named.delete('lo');
      expect(new Set(interfacesInRules([ruleset]).map(({ name }) => name))).toEqual(named);
      found += named.size;
    }),
  );
  expect(found).toBeGreaterThan(20);
});

it('passes over a rule that names none, and any', () => {
  const rules = '-A INPUT -i + -j ACCEPT\n-A INPUT ! -i eth7 -j ACCEPT\n-A INPUT -m comment --comment "-i eth8" -j ACCEPT';
  const ruleset = rulesetOf(`*filter\n:INPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`, { family: 4 });
  expect(interfacesInRules([ruleset]).map(({ name }) => name)).toEqual(['eth7']);
});
