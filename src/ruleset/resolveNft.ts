/** A tree of nftables to linked rulesets, one a family, or to the reasons why the kernel would not load it. */
import type { Family } from '../packet/address.ts';
import type { NftRulesetNode } from '../syntax/nft/ast.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import { eachOnce, type ProblemSink, reportInto } from '../syntax/text/problems.ts';
import { type BoundNftTable, bindNftTable } from './bindNftTable.ts';
import type { ResolveOptions } from './resolve.ts';
import type { Ruleset } from './ruleset.ts';

export interface ResolvedNft {
  /** none when a diagnostic is an error */
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The tables that the other family alone has. */
const OTHER = { 4: 'ip6', 6: 'ip' } as const;

const FAMILIES: readonly Family[] = [4, 6];

export function resolveNft(node: NftRulesetNode, options: ResolveOptions = {}): ResolvedNft {
  const diagnostics: Diagnostic[] = [];
  // a table of inet is read once for each family
  const report = eachOnce(reportInto(diagnostics, node.source));
  const bound = bindAll(node, options, report);
  if (diagnostics.some(isError)) return { rulesets: [], diagnostics };
  return { rulesets: FAMILIES.flatMap((family) => rulesetOf(family, node, bound)), diagnostics };
}

function bindAll(node: NftRulesetNode, options: ResolveOptions, report: ProblemSink): readonly BoundNftTable[] {
  let registered = 0;
  return node.tables.flatMap((table) => {
    const bound = bindNftTable(table, { source: node.source, options, report, registered });
    registered += table.chains.length;
    return bound === undefined ? [] : [bound];
  });
}

/** An `inet` table is in the ruleset of both families. */
function rulesetOf(family: Family, node: NftRulesetNode, bound: readonly BoundNftTable[]): readonly Ruleset[] {
  const here = bound.flatMap(({ families }) => families.get(family) ?? []);
  if (here.length === 0) return [];
  const needs = (what: 'conntrack' | 'defrag' | 'opaque'): boolean => here.some((one) => one.needs.has(what));
  return [
    {
      family,
      source: node.source,
      nft: { ...node, tables: node.tables.filter((table) => table.family !== OTHER[family]) },
      tables: new Map(here.map(({ table, needs: own }) => [table.name, own.has('conntrack') ? { ...table, asksConntrack: true } : table])),
      usesConntrack: needs('conntrack'),
      usesDefrag: needs('conntrack') || needs('defrag'),
      hasOpaqueTarget: needs('opaque'),
    },
  ];
}
