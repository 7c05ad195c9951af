/** Outbound capture: the jump, what is excluded before the proxy is distinguished, and what is captured after it. */

import type { RulePlan } from '../plan/plan.ts';
import { has } from '../settings/version.ts';
import { virtualRedirects } from './interfaces.ts';
import { type IstioLine, type IstioRule, nat, raw } from './rule.ts';

export function outboundJump({ version, dns }: RulePlan): readonly IstioRule[] {
  if (has(version, 'everyProtocol')) return nat('-A OUTPUT -j ISTIO_OUTPUT');
  const jump = nat('-A OUTPUT -p tcp -j ISTIO_OUTPUT');
  if (dns === undefined || !has(version, 'dnsInOutputChain')) return jump;
  return [...jump, ...nat('-A OUTPUT -p udp -j ISTIO_OUTPUT'), ...raw('-A OUTPUT -p udp -j ISTIO_OUTPUT')];
}

export function excludedPorts({ excludedOutboundPorts, version }: RulePlan): readonly IstioRule[] {
  const protos = has(version, 'everyProtocol') ? ['tcp', 'udp'] : ['tcp'];
  return nat(
    ...excludedOutboundPorts.flatMap((port) => protos.map((proto): IstioLine => `-A ISTIO_OUTPUT -p ${proto} --dport ${port} -j RETURN`)),
  );
}

/** The proxy's connections to the application must not be taken for inbound ones. */
export function passthroughReturn({ passthrough }: RulePlan): readonly IstioRule[] {
  return nat(`-A ISTIO_OUTPUT -o lo -s ${passthrough} -j RETURN`);
}

export function outboundCapture(plan: RulePlan): readonly IstioRule[] {
  return [
    ...nat(
      `-A ISTIO_OUTPUT -d ${plan.loopback} -j RETURN`,
      ...plan.excludedRanges.map((range): IstioLine => `-A ISTIO_OUTPUT -d ${range} -j RETURN`),
      ...plan.outboundPorts.map((port): IstioLine => `-A ISTIO_OUTPUT -p tcp --dport ${port} -j ISTIO_REDIRECT`),
    ),
    ...rangeCapture(plan),
  ];
}

function rangeCapture(plan: RulePlan): readonly IstioRule[] {
  const { includedRanges, version } = plan;
  const redirect = (to: string) => nat(`-A ISTIO_OUTPUT${to} -j ISTIO_REDIRECT`);
  if (includedRanges === '*') return [...redirect(''), ...virtualRedirects(plan, '')];
  if (includedRanges.length === 0) return [];
  const ranges = includedRanges.map((range) => ` -d ${range}`).flatMap((to) => [...virtualRedirects(plan, to), ...redirect(to)]);
  return has(version, 'listFallsThrough') ? ranges : [...ranges, ...nat('-A ISTIO_OUTPUT -j RETURN')];
}
