/** Packets that belong to no connection are dropped rather than reset. */

import type { RulePlan } from '../plan/plan.ts';
import { has } from '../settings/version.ts';
import { type IstioRule, mangle } from './rule.ts';

export function dropInvalid({ dropInvalid: wanted, version }: RulePlan): readonly IstioRule[] {
  if (!wanted) return [];
  const jump = '-A PREROUTING -m conntrack --ctstate INVALID -j';
  return has(version, 'dropChain') ? mangle(`${jump} ISTIO_DROP`, '-A ISTIO_DROP -j DROP') : mangle(`${jump} DROP`);
}
