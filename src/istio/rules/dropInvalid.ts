/** Packets that belong to no connection are dropped rather than reset. */

import { has } from '../settings/version.ts';
import type { Plan } from './plan.ts';
import { mangle, type Rule } from './rule.ts';

export function dropInvalid({ dropInvalid: wanted, version }: Plan): readonly Rule[] {
  if (!wanted) return [];
  const jump = '-A PREROUTING -m conntrack --ctstate INVALID -j';
  return has(version, 'dropChain') ? mangle(`${jump} ISTIO_DROP`, '-A ISTIO_DROP -j DROP') : mangle(`${jump} DROP`);
}
