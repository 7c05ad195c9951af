/** Rules that hand packets over to a listener of the proxy. */
import { someEffect } from '../../netfilter/everyEffect.ts';
import type { Rule } from '../../ruleset/ruleset.ts';

/** By NAT to one of the ports, or to a transparent socket there. */
export function handsToPorts(rule: Rule, ports: ReadonlySet<number>): boolean {
  return someEffect(rule, (effect) => {
    if (effect.kind === 'divert') return ports.has(effect.port);
    return effect.kind === 'nat' && effect.manip === 'dst' && effect.ports !== undefined && ports.has(effect.ports.lo);
  });
}
