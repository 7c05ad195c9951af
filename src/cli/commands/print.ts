/** `chainwalk print RULES`: the rules as iptables-save would print them. */
import type { Command } from '../argv/command.ts';
import { EXIT } from '../argv/exitCode.ts';
import { ALLOW_EMPTY, COLOR, FAMILY, QUIET, SET } from '../argv/options.ts';

/** Tells the reader, and chainwalk itself, where the rules of the other family start. */
const SECOND = '# ip6tables\n';

export const print: Command = {
  name: 'print',
  summary: 'rules in canonical form, as iptables-save prints them',
  args: [{ name: '<rules>', says: 'a file with rules, `-` for standard input' }],
  options: [FAMILY, SET, ALLOW_EMPTY, QUIET, COLOR],
  examples: [
    {
      says: 'compare two dumps without counters, comments and old spellings',
      line: 'diff <(chainwalk print a.rules) <(chainwalk print b.rules)',
    },
  ],
  run: async (io, input) => {
    const { loadRules } = await import('../input/rules.ts');
    const { showDiagnostics } = await import('../input/diagnostics.ts');
    const { isError } = await import('../../syntax/text/diagnostic.ts');
    const { print: printRuleset } = await import('../../ruleset/print.ts');
    const loaded = await loadRules({ io, input }, { files: input.args });
    if (loaded === undefined) return EXIT.usage;
    await showDiagnostics({ io, input }, loaded.diagnostics);
    if (loaded.diagnostics.some(isError)) return EXIT.usage;
    const texts = loaded.rulesets.map(
      (ruleset) => (ruleset.family === 6 && loaded.rulesets.length > 1 ? SECOND : '') + printRuleset(ruleset),
    );
    await io.out.write(texts.join(''), 'exact');
    return EXIT.ok;
  },
};
