/** What verdicts mean for the exit code. */
import { isBudgetReason } from '../../lib/budget.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';

/** Violated claims of level error, and those that the budget cut short; with --strict also warnings, and all that is undecided. What is suppressed does not count. */
export function verifyExitCode({ input }: Call, pods: readonly Verified[], diagnostics: readonly Diagnostic[]): ExitCode {
  const strict = optionIsSet(input, 'strict');
  const findings = pods.flatMap((pod) => pod.findings).filter(({ muted }) => muted === undefined);
  const bad = findings.some(({ verdict, level, reason }) => {
    if (verdict === 'undecided') return strict || isBudgetReason(reason);
    return verdict === 'violated' && (level === 'error' || (strict && level === 'warning'));
  });
  return bad || (strict && diagnostics.length > 0) ? EXIT.findings : EXIT.ok;
}
