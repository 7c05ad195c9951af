/** The tables of nftables in a text, with everything that is wrong with them. */
import type { ParseResult } from '../syntax/document/parse.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import type { ResolveOptions } from './resolve.ts';
import { type ResolvedNft, resolveNft } from './resolveNft.ts';

/** Rulesets only where the text has no rules of iptables beside them. */
export function nftBeside({ nft, rulesets, diagnostics }: ParseResult, options: ResolveOptions): ResolvedNft {
  const [first] = nft?.tables ?? [];
  if (nft === undefined || first === undefined) return { rulesets: [], diagnostics: [] };
  const resolved = resolveNft(nft, options);
  if (diagnostics.some(isError)) return { rulesets: [], diagnostics: resolved.diagnostics };
  if (!rulesets.some(({ tables }) => tables.length > 0)) return resolved;
  const beside: Diagnostic = { ...BESIDE, source: nft.source, span: { start: first.start, end: first.end } };
  return { rulesets: [], diagnostics: [...resolved.diagnostics, beside] };
}

const BESIDE = {
  kind: 'malformed',
  code: 'not-rules',
  message: 'the text has rules of iptables, and tables of nftables beside them: the two are not answered for together yet',
  help: 'give them alone, each in a text of its own',
} as const;
