/** What nft has listed is printed as it was, but for counters. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { printAll } from '../../src/ruleset/print.ts';
import { readRules } from '../../src/ruleset/readRules.ts';

const FOLDER = new URL('../../fixtures/nft/', import.meta.url);
const LISTINGS = readdirSync(FOLDER).filter((file) => file.endsWith('.nft'));

test.each(LISTINGS)('%s', (file) => {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const { rulesets, diagnostics } = readRules({ file, text });
  expect(diagnostics).toEqual([]);
  expect(printAll(rulesets)).toBe(text.replaceAll(/^#.*\n/gm, '').replaceAll(/ packets \d+ bytes \d+/g, ''));
});
