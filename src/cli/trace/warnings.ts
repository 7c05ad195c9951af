/** Warnings about the rules, as far as the answers call for them. */
import type { Journey } from '../../connection/journey.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import { isSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import type { Job } from './job.ts';

/** Shows the warnings; with --strict they are findings. */
export async function warnAbout(job: Job, journeys: readonly Journey[]): Promise<ExitCode> {
  const warnings = relevant(job.diagnostics, journeys);
  await showDiagnostics(job.call, warnings, { evenQuiet: hasNoRules(job) });
  return isSet(job.call.input, 'strict') && warnings.length > 0 ? EXIT.findings : EXIT.ok;
}

/** What is not modelled counts only where a packet's way hung on it. */
function relevant(diagnostics: readonly Diagnostic[], journeys: readonly Journey[]): readonly Diagnostic[] {
  const choices = journeys.flatMap(({ paths }) => paths.flatMap((path) => path.choices));
  const open = choices.flatMap(({ why, rule }) => (why === 'unmodelled' && rule !== undefined ? [rule.span] : []));
  const bears = ({ span }: Diagnostic) => open.some(({ start, end }) => start <= span.start && span.start <= end);
  return diagnostics.filter((diagnostic) => diagnostic.kind === 'warning' || bears(diagnostic));
}

/** An answer from no rules at all looks like any other: its warning is shown even with --quiet. */
function hasNoRules({ scene }: Job): boolean {
  const chains = scene.rulesets.flatMap(({ tables }) => [...tables.values()].flatMap((table) => [...table.chains.values()]));
  return chains.every(({ rules }) => rules.length === 0);
}
