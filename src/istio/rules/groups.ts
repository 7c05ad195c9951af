/** Groups of applications: all but some are captured, or only some. */
import type { RulePlan } from './plan.ts';
import { type IstioLine, type IstioRule, nat } from './rule.ts';

export function groupReturns(plan: RulePlan): readonly IstioRule[] {
  return nat(...groupMatches(plan).map((match): IstioLine => `-A ISTIO_OUTPUT ${match}-j RETURN`));
}

/** Matches of traffic that is let go, each with a blank behind it. Only nobody is captured: everything is let go. */
export function groupMatches({ groups }: RulePlan): readonly string[] {
  if ('except' in groups) return groups.except.map((group) => `-m owner --gid-owner ${group} `);
  return [groups.only.map((group) => `-m owner ! --gid-owner ${group} `).join('')];
}
