/** Tables, chains, sets, maps, objects and commands: refused or listed as nft does. test/kernel/nft/tables.test.ts asks nft. */
import { expect, test } from 'vitest';
import { canonicalNft } from '../../src/ruleset/canonicalNft.ts';
import { readRules } from '../../src/ruleset/readRules.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { printNft } from '../../src/syntax/nft/printNft.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';
import { inOneLine, nftTableCases } from './nftTables.ts';

test.each(nftTableCases())('$text', ({ text, listing }) => {
  const source = { file: 'text', text };
  const errors = readRules(source, { allowEmpty: true }).diagnostics.filter((one) => isError(one) && one.code !== 'no-rules');
  expect(errors.length > 0, errors.map(({ message }) => message).join('; ')).toBe(listing === undefined);
  if (listing === undefined) return;
  const { nft } = parseRules(source, { allowEmpty: true });
  expect(nft === undefined ? '' : inOneLine(printNft(canonicalNft(nft)))).toBe(listing);
});

test('there are cases of both kinds', () => {
  const refused = nftTableCases().filter(({ listing }) => listing === undefined).length;
  expect([refused > 100, nftTableCases().length - refused > 200]).toEqual([true, true]);
});
