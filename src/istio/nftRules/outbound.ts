/** Outbound capture: the jump, what is excluded before the proxy is distinguished, and what is captured after it. */
import type { RulePlan } from '../plan/plan.ts';
import { nftVirtualRedirects } from './interfaces.ts';
import { ipOf, type NftPlan } from './plan.ts';
import { type IstioNftLine, type IstioNftRule, natRules } from './rule.ts';

export function nftOutboundJump(): readonly IstioNftRule[] {
  return natRules('add output counter jump istio-output');
}

export function nftExcludedPorts({ shared: { excludedOutboundPorts } }: NftPlan): readonly IstioNftRule[] {
  return natRules(
    ...excludedOutboundPorts.flatMap((port) =>
      ['tcp', 'udp'].map((proto): IstioNftLine => `add istio-output ${proto} dport ${port} counter return`),
    ),
  );
}

/** The proxy's connections to the application must not be taken for inbound ones. */
export function nftPassthroughReturn({ families }: NftPlan): readonly IstioNftRule[] {
  return natRules(
    ...families.map((one): IstioNftLine => `add istio-output oifname lo ${ipOf(one)} saddr ${one.passthrough} counter return`),
  );
}

export function nftOutboundCapture(plan: NftPlan): readonly IstioNftRule[] {
  const { shared, families } = plan;
  const returns = (ranges: (one: RulePlan) => readonly string[]) =>
    families.flatMap((one) => ranges(one).map((range): IstioNftLine => `add istio-output ${ipOf(one)} daddr ${range} counter return`));
  return [
    ...natRules(
      ...returns(({ loopback }) => [loopback]),
      ...returns(({ excludedRanges }) => excludedRanges),
      ...shared.outboundPorts.map((port): IstioNftLine => `add istio-output tcp dport ${port} counter jump istio-redirect`),
    ),
    ...rangeCapture(plan),
  ];
}

function rangeCapture(plan: NftPlan): readonly IstioNftRule[] {
  const redirect = (to: string) => natRules(`add istio-output${to} counter jump istio-redirect`);
  if (plan.shared.includedRanges === '*') return [...redirect(''), ...nftVirtualRedirects(plan, '')];
  return plan.families.flatMap((one) =>
    (one.includedRanges === '*' ? [] : one.includedRanges)
      .map((range) => ` ${ipOf(one)} daddr ${range}`)
      .flatMap((to) => [...nftVirtualRedirects(plan, to), ...redirect(to)]),
  );
}
