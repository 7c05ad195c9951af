/** A text to rulesets, one of each family, with everything that is wrong with it: parsed, then resolved. */

import { readDetails } from '../extensions/listing/readDetails.ts';
import { placedApart } from '../syntax/document/applied.ts';
import { type ParseRulesOptions, parseRules } from '../syntax/document/parse.ts';
import { ofWholeLines } from '../syntax/document/wholeLines.ts';
import type { Backend, Diagnostic } from '../syntax/text/diagnostic.ts';
import type { Source } from '../syntax/text/source.ts';
import { bothBackends } from './backends.ts';
import { besideNft, nftBeside } from './readNftRules.ts';
import { type ResolveOptions, resolve } from './resolve.ts';
import { ruleMeaning } from './ruleMeaning.ts';
import type { Ruleset } from './ruleset.ts';

export interface ReadRules {
  /** none for a family that the kernel would refuse to load */
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

type RuleOptions = Omit<ParseRulesOptions, 'sets'> & ResolveOptions;

export function readRules(source: Source, options: RuleOptions = {}): ReadRules {
  const parsed = parseRules(source, { meaning: ruleMeaning(options), listed: readDetails, ...options });
  // what a host file says of a set comes before what stands beside the rules
  // unless commands changed it after that
  const both = [[...parsed.sets], [...(options.sets ?? [])]];
  const sets = new Map((options.applied === undefined ? both : both.toReversed()).flat());
  const resolved = parsed.rulesets.map((node) => resolve(node, parsed.sets.size === 0 ? options : { ...options, sets }));
  const backends = parsed.rulesets.map(({ backend }) => backend);
  const { placed } = parsed;
  const around = (ruleset: Ruleset): Ruleset => (parsed.host === undefined ? ruleset : { ...ruleset, around: parsed.host });
  const nft = nftBeside(parsed, options);
  const diagnostics = [...parsed.diagnostics, ...nft.diagnostics, ...resolved.flatMap((one) => one.diagnostics)];
  return {
    rulesets: besideNft(
      together(
        resolved.map(({ ruleset }) => ruleset && around(ruleset)),
        backends,
      ),
      nft.rulesets.map(around),
    ),
    diagnostics: ofWholeLines(placed === undefined ? diagnostics : placedApart(diagnostics, placed)),
  };
}

/** One ruleset a family. Of a family that has both backends neither is answered for when one cannot be loaded. */
function together(rulesets: readonly (Ruleset | undefined)[], backends: readonly (Backend | undefined)[]): readonly Ruleset[] {
  return rulesets.flatMap((ruleset, at) => {
    if (ruleset === undefined) return [];
    const other = rulesets.find((one, index) => one !== undefined && index !== at && one.family === ruleset.family);
    if (other === undefined)
      return backends[at] === undefined || rulesets.every((one) => one !== undefined) || rulesets.length < 2 ? [ruleset] : [];
    return backends[at] === 'legacy' ? [] : [bothBackends(ruleset, other)];
  });
}
