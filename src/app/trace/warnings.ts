/** Warnings about the rules, as far as the answers call for them. */
import type { Journey } from '../../connection/journey.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';

/** What is not modelled counts only where a packet's way hung on it. */
export function relevantWarnings(diagnostics: readonly Diagnostic[], journeys: readonly Journey[]): readonly Diagnostic[] {
  const choices = journeys.flatMap(({ paths }) => paths.flatMap((path) => path.choices));
  const open = choices.flatMap(({ why, rule }) => (why === 'unmodelled' && rule !== undefined ? [rule.span] : []));
  const bears = ({ span }: Diagnostic) => open.some(({ start, end }) => start <= span.start && span.start <= end);
  return diagnostics.filter((diagnostic) => diagnostic.kind === 'warning' || bears(diagnostic));
}
