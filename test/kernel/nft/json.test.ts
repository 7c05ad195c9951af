/** The JSON of nft for random texts, beside its listing of the same rules. `lines.ts --json` asks of more. */
import { describe, expect, it } from 'vitest';
import { whyNoKernel } from '../needs.ts';
import { compareJson } from './lines/compareJson.ts';
import { randomTexts } from './lines/nftTexts.ts';

describe.skipIf(whyNoKernel() !== undefined)('the JSON of nft', () => {
  it('is read as the listing of the same rules', () => {
    const { loaded, rules, differences } = compareJson(randomTexts(1000, 900));
    expect(differences.filter(({ loss }) => loss === undefined)).toEqual([]);
    expect([loaded > 600, rules > 1500]).toEqual([true, true]);
  });
});
