/** What `chainwalk print` does. */
import { readRuleTexts } from '../../app/load/ruleTexts.ts';
import { excerptTexts } from '../../connection/excerpts.ts';
import { printable } from '../../lib/printable.ts';
import { printAll } from '../../ruleset/print.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { filesOf } from '../input/filesOf.ts';
import type { RuleSubject } from '../input/ruleSubject.ts';
import { ruleTextsOf } from '../input/ruleTexts.ts';

/** Tells the reader, and chainwalk itself, where the rules of the other family start. */
export async function runPrint(call: Call): Promise<ExitCode> {
  const files = await filesOf(call, call.input.args);
  const rules = files === undefined ? undefined : await ruleTextsOf(call, files);
  return rules === undefined ? EXIT.usage : printSubject(call, { rules });
}

export async function printSubject(call: Call, { rules }: Pick<RuleSubject, 'rules'>): Promise<ExitCode> {
  const { rulesets, diagnostics } = readRuleTexts(rules);
  await showDiagnostics(call, diagnostics);
  if (diagnostics.some(isError)) return EXIT.usage;
  for (const text of optionIsSet(call.input, 'quiet') ? [] : excerptTexts(rulesets)) await call.io.err.write(`note: ${printable(text)}\n`);
  await call.io.out.write(printAll(rulesets), 'exact');
  return EXIT.ok;
}
