/** What TPROXY needs beside its capture: marks that follow a connection, and guards against taking a packet twice.
 *  Written in TPROXY mode even when nothing inbound is captured. */
import { SELF_MARK } from '../plan/owners.ts';
import type { RulePlan } from '../plan/plan.ts';
import { owners } from './proxy.ts';
import { type IstioLine, type IstioRule, mangle } from './rule.ts';

export function transparentGuards(plan: RulePlan): readonly IstioRule[] {
  const { transparent, mark, loopback, passthrough } = plan;
  if (!transparent) return [];
  return mangle(
    `-A PREROUTING -p tcp -m mark --mark ${mark} -j CONNMARK --save-mark`,
    `-A OUTPUT -p tcp -o lo -m mark --mark ${mark} -j RETURN`,
    ...owners(plan).map((owner): IstioLine => `-A OUTPUT ! -d ${loopback} -p tcp -o lo -m owner ${owner} -j MARK --set-mark ${SELF_MARK}`),
    `-A OUTPUT -p tcp -m connmark --mark ${mark} -j CONNMARK --restore-mark`,
    `-I ISTIO_INBOUND 1 -p tcp -m mark --mark ${mark} -j RETURN`,
    `-I ISTIO_INBOUND 2 -p tcp -s ${passthrough} -i lo -j RETURN`,
    `-I ISTIO_INBOUND 3 -p tcp -i lo -m mark ! --mark ${SELF_MARK} -j RETURN`,
  );
}
