/** Where TPROXY targets send packets. */
import { does, effectsOfKind } from '../netfilter/everyEffect.ts';
import { rulesOfTables } from './everyRule.ts';
import { LinkedRule } from './linkedRule.ts';
import type { Rule, Ruleset, Table } from './ruleset.ts';
import { basesOf } from './stages.ts';

/** Ports that TPROXY targets name; 0 stands for the packet's own. */
export function transparentPorts(rulesets: readonly Ruleset[]): readonly number[] {
  const ports = new Set<number>();
  for (const ruleset of rulesets) {
    for (const { port } of diverts(ruleset).flatMap((rule) => effectsOfKind(rule, 'divert'))) if (port !== 0) ports.add(port);
  }
  return [...ports];
}

/** Some rule hands packets to a transparent socket. */
export function usesTransparent(ruleset: Ruleset): boolean {
  return diverts(ruleset).some((rule) => does(rule, 'divert'));
}

function diverts(ruleset: Ruleset): readonly Rule[] {
  return rulesOfTables(ruleset, mayDivert).filter(says);
}

/** As far as a rule's words tell: no other is made for the question, and a packet meets few of 70,000. */
function says(rule: Rule): boolean {
  return rule instanceof LinkedRule ? rule.target === 'TPROXY' : (rule.namesTproxy?.() ?? true);
}

/** TPROXY is for packets that arrive, before they are routed. */
function mayDivert(table: Table): boolean {
  return basesOf(table).some(({ base: { hook, kind } }) => hook === 'PREROUTING' && kind === 'filter');
}
