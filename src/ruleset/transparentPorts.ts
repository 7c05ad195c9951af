/** Where TPROXY targets send packets. */
import type { Ruleset } from './ruleset.ts';

/** Ports that TPROXY targets name; 0 stands for the packet's own. */
export function transparentPorts(rulesets: readonly Ruleset[]): readonly number[] {
  const ports = new Set<number>();
  for (const { tables } of rulesets) {
    for (const { rules } of tables.get('mangle')?.chains.values() ?? []) {
      for (const { effect } of rules) if (effect.kind === 'divert' && effect.port !== 0) ports.add(effect.port);
    }
  }
  return [...ports];
}
