import type { Family } from '../../src/packet/address.ts';
import { resolve } from '../../src/ruleset/resolve.ts';
import type { Ruleset } from '../../src/ruleset/ruleset.ts';
import { parseRules } from '../../src/syntax/document/parse.ts';
import { isError } from '../../src/syntax/text/diagnostic.ts';
import { lineStarts, positionAt } from '../../src/syntax/text/source.ts';

export interface LoadOptions {
  /** for a text that leaves it open */
  readonly family?: Family;
  readonly sets?: ReadonlyMap<string, { readonly type: string; readonly members: readonly string[] }>;
  readonly interfaceGroups?: ReadonlyMap<string, number>;
  readonly now?: number | undefined;
}

/** All rulesets of a text; a test whose rules do not load fails. */
export function rulesetsOf(text: string, { family, ...names }: LoadOptions = {}): readonly Ruleset[] {
  const source = { file: 'test.rules', text };
  const parsed = parseRules(source, { allowEmpty: true, ...(family === undefined ? {} : { family }) });
  const results = parsed.rulesets.map((node) => resolve(node, names));
  const errors = [...parsed.diagnostics, ...results.flatMap(({ diagnostics }) => diagnostics)].filter(isError);
  if (errors.length > 0) {
    throw new Error(errors.map(({ message, span }) => `line ${positionAt(lineStarts(text), span.start).line}: ${message}`).join('\n'));
  }
  return results.flatMap(({ ruleset }) => (ruleset === undefined ? [] : [ruleset]));
}

export function rulesetOf(text: string, options: LoadOptions & { readonly family: Family }): Ruleset {
  const ruleset = rulesetsOf(text, options).find(({ family }) => family === options.family);
  if (ruleset === undefined) throw new Error(`no IPv${options.family} rules in the text`);
  return ruleset;
}
