import { EDGE_CASES } from './edges.ts';
import { MATCH_CASES } from './matches.ts';
import { NFT_NAT_CASES } from './nat.ts';
import type { NftCase } from './nftCase.ts';
import { TARGET_CASES } from './targets.ts';
import { TEMPLATE_CASES } from './templates.ts';
import { VERDICT_CASES } from './verdicts.ts';

export const NFT_CASES: readonly NftCase[] = [
  ...VERDICT_CASES,
  ...NFT_NAT_CASES,
  ...MATCH_CASES,
  ...TARGET_CASES,
  ...EDGE_CASES,
  ...TEMPLATE_CASES,
];
