/** What the answers mean for the exit code: --expect and --strict. */
import type { Journey } from '../../journey/journey.ts';
import { packetText } from '../../report/address.ts';
import { type Diagnostic, isError } from '../../syntax/diagnostic.ts';
import { type Input, isSet, textOf } from '../command.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import type { Io } from '../io.ts';
import { complain } from '../messages.ts';

export async function judge(io: Io, input: Input, journey: Journey): Promise<ExitCode> {
  const expected = textOf(input, 'expect');
  if (expected !== undefined && journey.outcome !== expected) {
    await complain(io, { message: `expected ${expected}, got ${journey.outcome}: ${packetText(journey.packet)}` });
    return EXIT.findings;
  }
  return isSet(input, 'strict') && journey.outcome === 'undecided' ? EXIT.findings : EXIT.ok;
}

/** Warnings that may bear on these answers: what is not modelled counts only where a packet's way hung on it. */
export function relevant(diagnostics: readonly Diagnostic[], journeys: readonly Journey[]): readonly Diagnostic[] {
  const choices = journeys.flatMap(({ paths }) => paths.flatMap((path) => path.choices));
  const open = choices.flatMap(({ why, rule }) => (why === 'unmodelled' && rule !== undefined ? [rule.span] : []));
  const bears = ({ span }: Diagnostic) => open.some(({ start, end }) => start <= span.start && span.start <= end);
  return diagnostics.filter((diagnostic) => isError(diagnostic) || diagnostic.kind === 'warning' || bears(diagnostic));
}
