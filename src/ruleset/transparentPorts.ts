/** Where TPROXY targets send packets. */
import { effectsOfKind } from '../netfilter/everyEffect.ts';
import { rulesOfTable } from './everyRule.ts';
import type { Ruleset, Table } from './ruleset.ts';
import { basesOf } from './stages.ts';

/** Ports that TPROXY targets name; 0 stands for the packet's own. */
export function transparentPorts(rulesets: readonly Ruleset[]): readonly number[] {
  const ports = new Set<number>();
  for (const { tables } of rulesets) {
    const rules = [...tables.values()].filter(mayDivert).flatMap(rulesOfTable);
    for (const { port } of rules.flatMap((rule) => effectsOfKind(rule, 'divert'))) if (port !== 0) ports.add(port);
  }
  return [...ports];
}

/** TPROXY is for packets that arrive, before they are routed. */
function mayDivert(table: Table): boolean {
  return basesOf(table).some(({ base: { hook, kind } }) => hook === 'PREROUTING' && kind === 'filter');
}
