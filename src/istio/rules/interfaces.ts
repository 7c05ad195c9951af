/** Interfaces that are left alone, and interfaces whose inbound traffic counts as outbound. */
import type { Plan } from './plan.ts';
import { type Line, mangle, nat, type Rule } from './rule.ts';

export function excludedInterfaces({ excludedInterfaces: nics, transparent }: Plan): readonly Rule[] {
  const lines = nics.flatMap((nic): readonly Line[] => [`-A PREROUTING -i ${nic} -j RETURN`, `-A OUTPUT -o ${nic} -j RETURN`]);
  return [...nat(...lines), ...(transparent ? mangle(...lines) : [])];
}

/** Each is inserted at the top, so the last one stands first, and the redirects that come later stand before all of them. */
export function virtualReturns({ virtualInterfaces }: Plan): readonly Rule[] {
  return nat(...virtualInterfaces.map((nic): Line => `-I PREROUTING 1 -i ${nic} -j RETURN`));
}

/** `to`: the match of a captured range, or nothing. */
export function virtualRedirects({ virtualInterfaces }: Plan, to: string): readonly Rule[] {
  return nat(...virtualInterfaces.map((nic): Line => `-I PREROUTING 1 -i ${nic}${to} -j ISTIO_REDIRECT`));
}
