/** What chainwalk/arbitraries draws of nftables: nft loads each, and lists it as it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nftTexts } from '../../../src/api/arbitraries/index.ts';
import { kernelHere } from '../kernelHere.ts';
import { theirTexts } from './lines/theirTexts.ts';

/** `CHAINWALK_TEXTS=2000` for the long run. */
const TEXTS = Number(process.env.CHAINWALK_TEXTS ?? 60);

/** The kernel keeps elements of the map in a hash: they have no order of their own. */
const inOrder = (text: string): string =>
  text.replaceAll(/elements = \{([^}]*)\}/g, (_, elements: string) => {
    const sorted = elements.split(',').map((one) => one.trim());
    return sorted.toSorted().join(', ');
  });

describe.runIf(kernelHere())('drawn tables', () => {
  test.each([4, 6] as const)('for IPv%s load, and are listed as they are', { timeout: 600_000 }, (family) => {
    const texts = fc.sample(nftTexts({ family }), { numRuns: TEXTS, seed: 7 });
    const answers = theirTexts(texts);
    const refused = answers.flatMap((answer, at) => ('error' in answer ? [`${answer.error}\n${texts[at]}`] : []));
    expect(refused.slice(0, 3)).toEqual([]);
    const otherwise = answers.flatMap((answer, at) => {
      const listing = 'error' in answer ? '' : answer.listing.replaceAll(' packets 0 bytes 0', '');
      return inOrder(listing) === inOrder(texts[at] ?? '') ? [] : [{ listing, drawn: texts[at] }];
    });
    expect(otherwise.slice(0, 2)).toEqual([]);
  });
});
