/** Interfaces that are left alone, and interfaces whose inbound traffic counts as outbound. */
import type { RulePlan } from '../plan/plan.ts';
import { type IstioLine, type IstioRule, mangle, nat } from './rule.ts';

export function excludedInterfaces({ excludedInterfaces: nics, transparent }: RulePlan): readonly IstioRule[] {
  const lines = nics.flatMap((nic): readonly IstioLine[] => [`-A PREROUTING -i ${nic} -j RETURN`, `-A OUTPUT -o ${nic} -j RETURN`]);
  return [...nat(...lines), ...(transparent ? mangle(...lines) : [])];
}

/** Each is inserted at the top, so the last one stands first, and the redirects that come later come before all of them. */
export function virtualReturns({ virtualInterfaces }: RulePlan): readonly IstioRule[] {
  return nat(...virtualInterfaces.map((nic): IstioLine => `-I PREROUTING 1 -i ${nic} -j RETURN`));
}

/** `to`: the match of a captured range, or nothing. */
export function virtualRedirects({ virtualInterfaces }: RulePlan, to: string): readonly IstioRule[] {
  return nat(...virtualInterfaces.map((nic): IstioLine => `-I PREROUTING 1 -i ${nic}${to} -j ISTIO_REDIRECT`));
}
