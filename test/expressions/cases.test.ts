/** Every line of every .cases file, through chainwalk. test/kernel/nft gives the same lines to nft. */
import { describe, expect, test } from 'vitest';
import { readRules } from '../../src/ruleset/readRules.ts';
import { nftCaseText, readNftCases } from './cases.ts';

describe.each(readNftCases().map(({ name, cases }) => [name, cases] as const))('%s', (_, cases) => {
  test.each(cases)('line $line: $family $hook: $input', (one) => {
    const { rulesets, diagnostics } = readRules({ file: 'case', text: nftCaseText(one) });
    const said = diagnostics.map(({ message }) => message).join('; ');
    expect(rulesets.length > 0, said).toBe(one.canonical !== undefined);
    for (const { tables } of rulesets) {
      const [rule] = tables.get(`${one.family} t`)?.chains.get('c')?.rules ?? [];
      expect(rule?.text).toBe(one.canonical);
    }
  });
});
