/** A text of nftables to rulesets, one a family, with everything that is wrong with it. */
import { readNftText } from '../syntax/nft/readNft.ts';
import { type Diagnostic, isError } from '../syntax/text/diagnostic.ts';
import { reportInto } from '../syntax/text/problems.ts';
import type { Source } from '../syntax/text/source.ts';
import type { ReadRules } from './readRules.ts';
import type { ResolveOptions } from './resolve.ts';
import { resolveNft } from './resolveNft.ts';

export function readNftRules(source: Source, options: ResolveOptions): ReadRules {
  const diagnostics: Diagnostic[] = [];
  const node = readNftText(source, reportInto(diagnostics, source));
  const resolved = resolveNft(node, options);
  const all = [...diagnostics, ...resolved.diagnostics];
  return { rulesets: all.some(isError) ? [] : resolved.rulesets, diagnostics: all };
}

/** A table of a listing, or a command that makes one. */
export function looksLikeNft(text: string): boolean {
  return /^[ \t]*(?:(?:nft[ \t]+)?(?:add|create|insert|flush)[ \t]+)?table[ \t]+(?:(?:ip6?|inet|arp|bridge|netdev)[ \t]+)?[\w./-]+[ \t]*(?:\{|;|$)/m.test(
    text,
  );
}
