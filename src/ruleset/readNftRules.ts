/** The tables of nftables in a text, with everything that is wrong with them, and one ruleset of them and of the rules of iptables there. */
import type { ParseResult, ParseRulesOptions } from '../syntax/document/parse.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import { reportInto } from '../syntax/text/problems.ts';
import { emptyRuleset } from './emptyRuleset.ts';
import { onlyApart } from './nftApart.ts';
import type { ResolveOptions } from './resolve.ts';
import { type ResolvedNft, resolveNft } from './resolveNft.ts';
import type { Ruleset } from './ruleset.ts';
import { withTablesOf } from './unite.ts';

export function nftBeside(
  { nft, rulesets, diagnostics }: ParseResult,
  options: ResolveOptions & Pick<ParseRulesOptions, 'allowEmpty'>,
): ResolvedNft {
  if (nft === undefined || nft.tables.length === 0) return { rulesets: [], diagnostics: [] };
  const resolved = resolveNft(nft, options);
  if (diagnostics.some(isError)) return { rulesets: [], diagnostics: resolved.diagnostics };
  if (rulesets.length > 0 || resolved.rulesets.length > 0 || resolved.diagnostics.some(isError)) return resolved;
  if (options.allowEmpty === true) return { ...resolved, rulesets: ([4, 6] as const).map((family) => emptyRuleset(family, nft.source)) };
  const found: Diagnostic[] = [];
  reportInto(found, nft.source)(onlyApart(nft));
  return { rulesets: [], diagnostics: [...resolved.diagnostics, ...found] };
}

/** One ruleset a family. Tables that iptables-nft manages stand in a listing too, where its save shows more of them. */
export function besideNft(saved: readonly Ruleset[], listed: readonly Ruleset[]): readonly Ruleset[] {
  const both = saved.map((ruleset) => {
    const beside = listed.find(({ family }) => family === ruleset.family);
    return beside === undefined ? ruleset : withTablesOf(ruleset, beside);
  });
  return [...both, ...listed.filter(({ family }) => !saved.some((one) => one.family === family))].toSorted((a, b) => a.family - b.family);
}
