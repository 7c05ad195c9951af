/** A tree of nftables to linked rulesets, one a family, or to the reasons why the kernel would not load it. */
import type { TableContext } from '../expressions/contract/context.ts';
import { lowerRule } from '../expressions/rule/lowerRule.ts';
import type { Family } from '../packet/address.ts';
import type { NftRulesetNode, NftTableNode } from '../syntax/nft/ast.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import { type ProblemSink, reportInto } from '../syntax/text/problems.ts';
import { bindNftTable } from './bindNftTable.ts';
import type { ResolveOptions } from './resolve.ts';
import type { Ruleset, Table } from './ruleset.ts';

export interface ResolvedNft {
  /** none when a diagnostic is an error */
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

const FAMILIES: readonly Family[] = [4, 6];

export function resolveNft(node: NftRulesetNode, options: ResolveOptions = {}): ResolvedNft {
  const diagnostics: Diagnostic[] = [];
  const report = reportInto(diagnostics, node.source);
  const bound = bindAll(node, options, report);
  if (diagnostics.some(isError)) return { rulesets: [], diagnostics };
  return { rulesets: FAMILIES.flatMap((family) => rulesetOf(family, node, bound)), diagnostics };
}
