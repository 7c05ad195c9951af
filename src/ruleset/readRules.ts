/** A text to rulesets, one of each family, with everything that is wrong with it: parsed, then resolved. */
import type { Diagnostic } from '../syntax/diagnostic.ts';
import { type ParseOptions, parseRules } from '../syntax/parse.ts';
import type { Source } from '../syntax/source.ts';
import { type ResolveOptions, resolve } from './resolve.ts';
import type { Ruleset } from './ruleset.ts';

export interface ReadRules {
  /** none for a family that the kernel would refuse to load */
  readonly rulesets: readonly Ruleset[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readRules(source: Source, options: ParseOptions & ResolveOptions = {}): ReadRules {
  const parsed = parseRules(source, options);
  const resolved = parsed.rulesets.map((node) => resolve(node, options));
  return {
    rulesets: resolved.flatMap(({ ruleset }) => ruleset ?? []),
    diagnostics: [...parsed.diagnostics, ...resolved.flatMap(({ diagnostics }) => diagnostics)],
  };
}
