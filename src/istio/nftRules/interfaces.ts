/** Interfaces that are left alone, and those whose inbound traffic counts as outbound. Names are written without quotes: one that is a word
 *  of nft, or ends with `+`, is refused by nft. */
import type { NftPlan } from './plan.ts';
import { type IstioNftLine, type IstioNftRule, mangleRules, natRules } from './rule.ts';

export function nftExcludedInterfaces({ shared: { excludedInterfaces: nics, transparent } }: NftPlan): readonly IstioNftRule[] {
  const lines = nics.flatMap((nic): readonly IstioNftLine[] => [
    `add prerouting iifname ${nic} counter return`,
    `add output oifname ${nic} counter return`,
  ]);
  return [...natRules(...lines), ...(transparent ? mangleRules(...lines) : [])];
}

/** Each is inserted at the top, as in iptables. */
export function nftVirtualReturns({ shared: { virtualInterfaces } }: NftPlan): readonly IstioNftRule[] {
  return natRules(...virtualInterfaces.map((nic): IstioNftLine => `insert prerouting index 0 iifname ${nic} counter return`));
}

/** `to`: the match of a captured range, or nothing. */
export function nftVirtualRedirects({ shared: { virtualInterfaces } }: NftPlan, to: string): readonly IstioNftRule[] {
  return natRules(
    ...virtualInterfaces.map((nic): IstioNftLine => `insert prerouting index 0 iifname ${nic}${to} counter jump istio-redirect`),
  );
}
