/** What test/ruleset/nftTables.txt says of nft, asked of nft. */
import { expect, test } from 'vitest';
import { inOneLine, nftTableCases } from '../../ruleset/nftTables.ts';
import { kernelHere } from '../kernelHere.ts';
import { theirTexts } from './lines/theirTexts.ts';

test.runIf(kernelHere())('nft refuses and lists whole texts so', () => {
  const cases = nftTableCases();
  const answers = theirTexts(cases.map(({ text }) => text));
  const listed = answers.map((answer) => ('listing' in answer ? inOneLine(answer.listing) : undefined));
  expect(listed).toEqual(cases.map(({ listing }) => listing));
  expect(cases.length).toBeGreaterThan(300);
});
