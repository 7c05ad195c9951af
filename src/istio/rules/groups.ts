/** Groups of applications: all but some are captured, or only some. */
import type { RulePlan } from '../plan/plan.ts';
import { type IstioLine, type IstioRule, nat } from './rule.ts';

export function groupReturns(plan: RulePlan): readonly IstioRule[] {
  return nat(...groupMatches(plan).map((match): IstioLine => `-A ISTIO_OUTPUT ${match}-j RETURN`));
}

/** Matches of traffic that is let go, each with a blank after it. If no traffic is to be captured, all of it is let go. */
export function groupMatches({ groups }: RulePlan): readonly string[] {
  if ('except' in groups) return groups.except.map((group) => `-m owner --gid-owner ${group} `);
  return [groups.only.map((group) => `-m owner ! --gid-owner ${group} `).join('')];
}
