/** Every line of every .cases file, through chainwalk. test/kernel/extensions.test.ts gives the same lines to iptables. */
import { describe, expect, test } from 'vitest';
import type { Family } from '../../src/packet/address.ts';
import { resolve } from '../../src/ruleset/resolve.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import type { Diagnostic } from '../../src/syntax/text/diagnostic.ts';
import { type Case, type CaseFile, readCaseFiles, restoreText } from './cases.ts';

interface Answer {
  readonly loads: boolean;
  readonly text?: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

function answer(one: Case, where: { readonly chain: string; readonly family: Family; readonly sets: CaseFile['sets'] }): Answer {
  const source = { file: 'case', text: restoreText({ table: one.table, inputs: [one.input] }, where.chain) };
  const { rulesets, diagnostics } = parseRules(source, { family: where.family });
  const node = rulesets[0];
  if (node === undefined) return { loads: false, diagnostics };
  const sets = new Map([...where.sets].map(([name, type]) => [name, { type, members: [] }]));
  const resolved = resolve({ ...node, family: where.family }, { sets });
  const found = [...diagnostics, ...resolved.diagnostics];
  const rule = [...(resolved.ruleset?.tables.values() ?? [])].flatMap((table) => table.chains.get(where.chain)?.rules ?? [])[0];
  const loads = resolved.ruleset !== undefined && found.every(({ kind }) => kind !== 'malformed' && kind !== 'not-loadable');
  return { loads, text: rule?.text.replace(`-A ${where.chain}`, '').trim(), diagnostics: found };
}

describe.each(readCaseFiles().map((file) => [`${file.name}.cases`, file] as const))('%s', (_, { cases, sets }) => {
  test.each(cases)('line $line: $input ; $verdict', (one) => {
    for (const family of one.families) {
      for (const chain of one.chains) {
        const { loads, text, diagnostics } = answer(one, { chain, family, sets });
        const where = `IPv${family} ${one.table} ${chain}: ${diagnostics.map(({ message }) => message).join('; ')}`;
        expect(loads, where).toBe(one.verdict !== 'FAIL');
        if (one.canonical !== undefined) expect(text, where).toBe(one.canonical);
        if (one.verdict === 'NFT' || one.verdict === 'LEGACY') {
          const refusing = one.verdict === 'NFT' ? 'legacy' : 'nft';
          expect(
            diagnostics.some(({ refusedBy }) => refusedBy === refusing),
            where,
          ).toBe(true);
        }
      }
    }
  });
});
