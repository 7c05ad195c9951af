/** Fixes of rules that are broken in a known way: what is edited, and what is left. */
import { describe, expect, it } from 'vitest';
import { editWords } from '../../src/report/text/fixWords.ts';
import { errorsIn, fixesIn, fixtureText, verifiedText } from './fixesIn.ts';

const MENDED: Readonly<Record<string, readonly string[]>> = {
  'broken/catch-all-first': ['move line 22 below line 30'],
  'broken/passthrough-after-uid-block': ['move line 25 above line 22'],
  'broken/exclusion-too-late': ['move line 30 below line 31'],
  'broken/service-cidr-returned': ['delete line 22'],
  'broken/accept-first': ['move line 14 below line 15'],
  'broken/no-output-jump': ['insert above line 31'],
  'broken/no-proxy-returns': ['insert above line 25', 'insert above line 27'],
  article: ['insert above line 19', 'insert above line 19', 'insert above line 19', 'move line 18 below line 22'],
};

describe('the fix of broken rules', () => {
  it.each(Object.entries(MENDED))('%s', (name, words) => {
    const [fix, ...others] = fixesIn(fixtureText(name));
    expect(others.length).toBe(0);
    expect(fix?.edits.map(editWords)).toEqual(words);
    expect(fix?.open).toEqual([]);
    expect(errorsIn(verifiedText(fix?.text ?? ''))).toEqual([]);
  });
});
