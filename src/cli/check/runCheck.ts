/** What `chainwalk check` does. */

import { readRuleTexts } from '../../app/load/ruleTexts.ts';
import { excerptTexts } from '../../connection/excerpts.ts';
import { plural } from '../../lib/plural.ts';
import { jsonText, printable } from '../../lib/printable.ts';
import { toCheckReport } from '../../report/json/check.ts';
import { countRules } from '../../ruleset/count.ts';
import type { Ruleset } from '../../ruleset/ruleset.ts';
import { toBeLoaded } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { formatOf } from '../argv/format.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { filesOf } from '../input/filesOf.ts';
import type { RuleSubject } from '../input/ruleSubject.ts';
import { ruleTextsOf } from '../input/ruleTexts.ts';

export async function runCheck(call: Call): Promise<ExitCode> {
  const files = await filesOf(call, call.input.args);
  const rules = files === undefined ? undefined : await ruleTextsOf(call, files);
  return rules === undefined ? EXIT.usage : checkSubject(call, { rules });
}

export async function checkSubject(call: Call, { rules }: Pick<RuleSubject, 'rules'>): Promise<ExitCode> {
  const { io, input } = call;
  const { rulesets, diagnostics: read } = readRuleTexts(rules);
  const diagnostics = toBeLoaded(read);
  const notes = excerptTexts(rulesets);
  const report = toCheckReport(diagnostics, notes);
  if (formatOf(input, 'human') === 'json') await io.out.write(`${jsonText(report)}\n`);
  else {
    await showDiagnostics(call, diagnostics);
    for (const text of optionIsSet(input, 'quiet') ? [] : notes) await io.err.write(`note: ${printable(text)}\n`);
    if (report.ok) await io.out.write(rulesets.map((ruleset) => `ok: ${summary(ruleset)}\n`).join(''), 'report');
  }
  if (!report.ok) return EXIT.usage;
  return optionIsSet(input, 'strict') && report.diagnostics.length > 0 ? EXIT.findings : EXIT.ok;
}

function summary(ruleset: Ruleset): string {
  const { family, source, tables } = ruleset;
  const count = countRules(ruleset);
  const names = [...tables.keys()].join(', ') || 'no table';
  return `${printable(source.file)}: ${plural(count, `IPv${family} rule`)} in ${names}`;
}
