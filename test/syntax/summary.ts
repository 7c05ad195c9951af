/** What a text was read as, in lines that a test can compare. */
import { ruleMeaning } from '../../src/ruleset/ruleMeaning.ts';
import { type ParseRulesOptions, parseRules } from '../../src/syntax/document/parse.ts';
import { lineStarts, positionAt } from '../../src/syntax/text/source.ts';

export interface Summary {
  /** `4 nat PREROUTING: -p tcp -j ACCEPT`; words with blanks in brackets */
  readonly rules: readonly string[];
  /** `4 nat PREROUTING ACCEPT` */
  readonly chains: readonly string[];
  /** `warning 3:5 message` */
  readonly said: readonly string[];
  /** `4 header save` */
  readonly rulesets: readonly string[];
}

export function summary(text: string, options: ParseRulesOptions = {}): Summary {
  const { rulesets, diagnostics } = parseRules({ file: 'test', text }, { meaning: ruleMeaning({}), ...options });
  const starts = lineStarts(text);
  const chains = rulesets.flatMap(({ family, tables }) =>
    tables.flatMap((table) => table.chains.map((chain) => ({ family, table, chain }))),
  );
  return {
    rulesets: rulesets.map(({ family, familyFrom, form }) => `${family} ${familyFrom} ${form}`),
    chains: chains.map(({ family, table, chain }) => `${family} ${table.name.text} ${chain.name.text} ${chain.policy?.text ?? '-'}`),
    rules: chains.flatMap(({ family, table, chain }) =>
      chain.rules.map(
        (rule) =>
          `${family} ${table.name.text} ${chain.name.text}: ${rule.words.map(({ text }) => (/\s|^$/.test(text) ? `[${text}]` : text)).join(' ')}`,
      ),
    ),
    said: diagnostics.map(({ kind, message, span }) => {
      const { line, column } = positionAt(starts, span.start);
      return `${kind} ${line}:${column} ${message}`;
    }),
  };
}
