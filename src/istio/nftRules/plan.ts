/** What rules of nftables are built from. One table holds both families, so the rules that name no family stand for both. */
import type { Family } from '../../packet/address.ts';
import type { RulePlan } from '../plan/plan.ts';

export interface NftPlan {
  /** what is the same in both families */
  readonly shared: RulePlan;
  /** IPv4, and IPv6 where it is on */
  readonly families: readonly RulePlan[];
}

/** How the addresses of a family are matched. */
export function ipOf({ family }: { readonly family: Family }): 'ip' | 'ip6' {
  return family === 4 ? 'ip' : 'ip6';
}
