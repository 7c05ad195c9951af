/** What may differ, by name. */
export interface NftLimit {
  readonly id: string;
  readonly holds: (difference: { readonly text: string; readonly ours: string; readonly theirs: string }) => boolean;
}

/** Elements in the order of their texts. */
const sorted = (text: string): string =>
  text.replaceAll(/\{([^{}]*)\}/g, (_, inner: string) => `{ ${inner.trim().split(', ').toSorted().join(', ')} }`);

export const NFT_LIMITS: readonly NftLimit[] = [
  { id: 'nft 1.0.6 crashes', holds: ({ theirs }) => theirs === 'refused: nft crashed' },
  {
    id: 'elements that are concatenations stand in the order of a hash',
    holds: ({ ours, theirs }) => / \. .*\{/.test(theirs) && sorted(ours) === sorted(theirs),
  },
  {
    id: 'nft 1.0.6 lists what it cannot load again',
    holds: ({ theirs }) => theirs.includes('[invalid type]'),
  },
  {
    id: 'a name that this machine does not know',
    holds: ({ theirs }) => /Could not resolve|Interface does not exist|User does not exist|Group does not exist/.test(theirs),
  },
];
