/** Where TPROXY targets send packets. */
import { rulesOfTable } from './everyRule.ts';
import type { Ruleset, Table } from './ruleset.ts';
import { basesOf } from './stages.ts';

/** Ports that TPROXY targets name; 0 stands for the packet's own. */
export function transparentPorts(rulesets: readonly Ruleset[]): readonly number[] {
  const ports = new Set<number>();
  for (const { tables } of rulesets) {
    const rules = [...tables.values()].filter(mayDivert).flatMap(rulesOfTable);
    for (const { effect } of rules) if (effect.kind === 'divert' && effect.port !== 0) ports.add(effect.port);
  }
  return [...ports];
}

/** TPROXY is for packets that arrive, before they are routed. */
function mayDivert(table: Table): boolean {
  return basesOf(table).some(({ base: { hook, kind } }) => hook === 'PREROUTING' && kind === 'filter');
}
