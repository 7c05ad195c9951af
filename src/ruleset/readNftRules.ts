/** The tables of nftables in a text, with everything that is wrong with them, and one ruleset of them and of the rules of iptables there. */
import type { ParseResult } from '../syntax/document/parse.ts';
import { isError } from '../syntax/text/diagnostic.ts';
import type { ResolveOptions } from './resolve.ts';
import { type ResolvedNft, resolveNft } from './resolveNft.ts';
import type { Ruleset } from './ruleset.ts';
import { withTablesOf } from './unite.ts';

export function nftBeside({ nft, diagnostics }: ParseResult, options: ResolveOptions): ResolvedNft {
  if (nft === undefined || nft.tables.length === 0) return { rulesets: [], diagnostics: [] };
  const resolved = resolveNft(nft, options);
  return diagnostics.some(isError) ? { rulesets: [], diagnostics: resolved.diagnostics } : resolved;
}

/** One ruleset a family. Tables that iptables-nft manages stand in a listing too, where its save shows more of them. */
export function besideNft(saved: readonly Ruleset[], listed: readonly Ruleset[]): readonly Ruleset[] {
  const both = saved.map((ruleset) => {
    const beside = listed.find(({ family }) => family === ruleset.family);
    return beside === undefined ? ruleset : withTablesOf(ruleset, beside);
  });
  return [...both, ...listed.filter(({ family }) => !saved.some((one) => one.family === family))].toSorted((a, b) => a.family - b.family);
}
