/** What `render` makes of random settings with nftables, in the real nft; `npm run test:kernel -- --settings N` for more of them. */
import { describe, expect, it } from 'vitest';
import { kernelHere } from '../kernelHere.ts';
import { compareRenderedNft } from './renderedNft.ts';

describe.runIf(kernelHere())('rendered rules of nftables', () => {
  it('load, and are read as nft lists them', { timeout: 120_000 }, () => {
    const { loaded, problems } = compareRenderedNft(300, 5);
    expect(problems).toEqual([]);
    expect(loaded).toBeGreaterThan(250);
  });
});
