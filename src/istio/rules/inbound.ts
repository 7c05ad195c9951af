/** Inbound capture: who comes to the inbound listener, by REDIRECT in nat or by TPROXY in mangle. */
import { inboundPorts } from '../plan/inboundPorts.ts';
import type { RulePlan } from '../plan/plan.ts';
import { type IstioLine, type IstioRule, mangle, nat } from './rule.ts';

/** Chains that are written whatever is captured; in TPROXY mode nothing jumps to ISTIO_INBOUND of nat. */
export function basicChains({ tunnelPort, outboundPort, inboundPort }: RulePlan): readonly IstioRule[] {
  return nat(
    `-A ISTIO_INBOUND -p tcp --dport ${tunnelPort} -j RETURN`,
    `-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports ${outboundPort}`,
    `-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports ${inboundPort}`,
  );
}

export function inboundCapture(plan: RulePlan): readonly IstioRule[] {
  const { inbound, transparent } = plan;
  if (inbound === undefined) return [];
  const { excluded, captured } = inboundPorts(inbound);
  const lines: readonly IstioLine[] = [
    '-A PREROUTING -p tcp -j ISTIO_INBOUND',
    ...excluded.map((port): IstioLine => `-A ISTIO_INBOUND -p tcp --dport ${port} -j RETURN`),
    ...(captured === 'rest' ? [''] : captured.map((port) => ` --dport ${port}`)).flatMap((port) => captureOf(port, transparent)),
  ];
  return transparent ? [...transparentChains(plan), ...mangle(...lines)] : nat(...lines);
}

function captureOf(port: string, transparent: boolean): readonly IstioLine[] {
  if (!transparent) return [`-A ISTIO_INBOUND -p tcp${port} -j ISTIO_IN_REDIRECT`];
  return [
    `-A ISTIO_INBOUND -p tcp${port} -m conntrack --ctstate RELATED,ESTABLISHED -j ISTIO_DIVERT`,
    `-A ISTIO_INBOUND -p tcp${port} -j ISTIO_TPROXY`,
  ];
}

function transparentChains({ mark, loopback, inboundPort }: RulePlan): readonly IstioRule[] {
  return mangle(
    `-A ISTIO_DIVERT -j MARK --set-mark ${mark}`,
    '-A ISTIO_DIVERT -j ACCEPT',
    `-A ISTIO_TPROXY ! -d ${loopback} -p tcp -j TPROXY --tproxy-mark ${mark}/0xffffffff --on-port ${inboundPort}`,
  );
}
