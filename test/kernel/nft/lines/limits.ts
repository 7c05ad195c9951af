/** What may differ, by name. */
export interface NftLimit {
  readonly id: string;
  readonly holds: (difference: { readonly text: string; readonly ours: string; readonly theirs: string }) => boolean;
}

export const NFT_LIMITS: readonly NftLimit[] = [
  { id: 'nft 1.0.6 crashes', holds: ({ theirs }) => theirs === 'refused: nft crashed' },
  {
    id: 'nft 1.0.6 lists what it cannot load again',
    holds: ({ theirs }) => theirs.includes('[invalid type]'),
  },
  {
    id: 'a name that this machine does not know',
    holds: ({ theirs }) => /Could not resolve|Interface does not exist|User does not exist|Group does not exist/.test(theirs),
  },
];
