/** Rulesets of nftables for flows. */
import type { FlowRuleset } from '../../flowSuite.ts';
import { poolsFor } from '../../generate/randomCase.ts';
import { nftRulesets } from './nftConnections.ts';

export function* nftFlows(seed: number): Generator<FlowRuleset> {
  for (const { nft, ...one } of nftRulesets(seed, 'nft flows'))
    yield { one: { ...one, rules: { nft }, packets: [] }, pools: poolsFor(one.family, one.host) };
}
