/** Inbound capture: by redirect in nat or by tproxy in mangle; and what is dropped before it. */
import { inboundPorts } from '../plan/inboundPorts.ts';
import { ipOf, type NftPlan } from './plan.ts';
import { type IstioNftLine, type IstioNftRule, mangleRules, natRules } from './rule.ts';

/** iptables drops invalid packets of every protocol, this one those of TCP. */
export function nftDropInvalid({ shared }: NftPlan): readonly IstioNftRule[] {
  if (!shared.dropInvalid) return [];
  return mangleRules('add prerouting meta l4proto tcp ct state invalid counter jump istio-drop', 'add istio-drop counter drop');
}

/** Chains that are written whatever is captured. */
export function nftBasicChains({ shared: { tunnelPort, outboundPort, inboundPort } }: NftPlan): readonly IstioNftRule[] {
  return natRules(
    `add istio-inbound meta l4proto tcp tcp dport ${tunnelPort} counter return`,
    `add istio-redirect meta l4proto tcp counter redirect to :${outboundPort}`,
    `add istio-in-redirect meta l4proto tcp counter redirect to :${inboundPort}`,
  );
}

/** Rules of both families, whether IPv6 is on or not: where it is off, iptables leaves IPv6 alone and these do not. */
export function nftInboundCapture(plan: NftPlan): readonly IstioNftRule[] {
  const { inbound, transparent } = plan.shared;
  if (inbound === undefined) return [];
  const { excluded, captured } = inboundPorts(inbound);
  const lines: readonly IstioNftLine[] = [
    'add prerouting meta l4proto tcp counter jump istio-inbound',
    ...excluded.map((port): IstioNftLine => `add istio-inbound meta l4proto tcp tcp dport ${port} counter return`),
    ...(captured === 'rest' ? [''] : captured.map((port) => ` tcp dport ${port}`)).flatMap((port) => captureOf(port, transparent)),
  ];
  return transparent ? [...transparentChains(plan), ...mangleRules(...lines)] : natRules(...lines);
}

function captureOf(port: string, transparent: boolean): readonly IstioNftLine[] {
  if (!transparent) return [`add istio-inbound meta l4proto tcp${port} counter jump istio-in-redirect`];
  return [
    `add istio-inbound meta l4proto tcp ct state related,established${port} counter jump istio-divert`,
    `add istio-inbound meta l4proto tcp${port} counter jump istio-tproxy`,
  ];
}

/** Without a transparent socket the rule ends at tproxy: the packet is not marked, and goes on. iptables drops it. */
function transparentChains({ shared: { mark, inboundPort }, families }: NftPlan): readonly IstioNftRule[] {
  return mangleRules(
    `add istio-divert counter meta mark set ${mark}`,
    'add istio-divert counter accept',
    ...families.map((one): IstioNftLine => {
      const ip = ipOf(one);
      return `add istio-tproxy meta l4proto tcp ${ip} daddr != ${one.loopback} tproxy ${ip} to :${inboundPort} meta mark set ${mark} counter accept`;
    }),
  );
}
