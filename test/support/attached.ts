/** Rulesets whose base chains run at other priorities than those of iptables, and several of them as one host has them. */
import type { BaseHook } from '../../src/netfilter/baseChain.ts';
import type { Chain, Rule, Ruleset, Table } from '../../src/ruleset/ruleset.ts';

export type Move = (base: BaseHook) => Partial<Pick<BaseHook, 'priority' | 'kind'>>;

/** The tables with `prefix` before their names, and their base chains where `move` puts them. */
export function attached({ tables, ...rest }: Ruleset, prefix: string, move: Move): Ruleset {
  const moved = [...tables.values()].map((table): Table => {
    const name = `${prefix} ${table.name}`;
    const chains = [...table.chains].map(([key, { base, ...chain }]): [string, Chain] => {
      const rules = chain.rules.map((rule): Rule => inTable(rule, name));
      return [key, { ...chain, table: name, rules, ...(base !== undefined && { base: { ...base, ...move(base) } }) }];
    });
    return { name, chains: new Map(chains) };
  });
  return { ...rest, tables: new Map(moved.map((table) => [table.name, table])) };
}

function inTable(rule: Rule, table: string): Rule {
  const { number, chain, match, clauses, effects, text, line, span, target } = rule;
  return { number, chain, table, match, clauses, effects, text, line, span, ...(target !== undefined && { target }) };
}

/** Of one family. */
export function together(first: Ruleset, ...others: readonly Ruleset[]): Ruleset {
  const all = [first, ...others];
  return {
    ...first,
    tables: new Map(all.flatMap(({ tables }) => [...tables])),
    usesConntrack: all.some(({ usesConntrack }) => usesConntrack),
    usesDefrag: all.some(({ usesDefrag }) => usesDefrag),
    hasOpaqueTarget: all.some(({ hasOpaqueTarget }) => hasOpaqueTarget),
  };
}
