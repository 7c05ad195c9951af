/** `chainwalk check RULES...`: would the kernel load them? */
import { jsonText, printable } from '../../lib/printable.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { type Command, isSet } from '../argv/command.ts';
import { EXIT } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { ALLOW_EMPTY, COLOR, FAMILY, JSON_OUTPUT, output, QUIET, SET, STRICT, WATCH } from '../argv/options.ts';

export const check: Command = {
  name: 'check',
  summary: 'would the kernel load these rules? all problems at once',
  about: 'No packet is traced.',
  args: [{ name: '<rules...>', says: 'files with rules, `-` for standard input' }],
  options: [output(['human', 'json']), JSON_OUTPUT, FAMILY, SET, ALLOW_EMPTY, WATCH, STRICT, QUIET, COLOR],
  examples: [
    { says: 'every problem with its place, before anything is loaded', line: 'chainwalk check pod.rules node.rules' },
    { says: 'a script with a variable', line: 'chainwalk check --set POD_IP=10.244.0.5 rules.sh' },
  ],
  run: async (io, input) => {
    const { loadRules } = await import('../input/rules.ts');
    const { toCheckReport } = await import('../../report/json/check.ts');
    const { showDiagnostics } = await import('../input/diagnostics.ts');
    const loaded = await loadRules({ io, input }, { files: input.args });
    if (loaded === undefined) return EXIT.usage;
    const report = toCheckReport(loaded.diagnostics);
    if (formatOf(input, 'human') === 'json') await io.out.write(`${jsonText(report)}\n`);
    else {
      await showDiagnostics({ io, input }, loaded.diagnostics);
      if (report.ok) await io.out.write(loaded.rulesets.map((ruleset) => `ok: ${summary(ruleset)}\n`).join(''), 'report');
    }
    if (!report.ok) return EXIT.usage;
    return isSet(input, 'strict') && report.diagnostics.length > 0 ? EXIT.findings : EXIT.ok;
  },
};

function summary({ family, source, tables }: Ruleset): string {
  const rules = [...tables.values()].flatMap(({ chains }) => [...chains.values()].map((chain) => chain.rules.length));
  const count = rules.reduce((sum, length) => sum + length, 0);
  const names = [...tables.keys()].join(', ') || 'no table';
  return `${printable(source.file)}: ${count} IPv${family} ${count === 1 ? 'rule' : 'rules'} in ${names}`;
}
