/** What the answers mean for the exit code: --expect, --strict, and a walk that was cut short. */
import type { Journey } from '../../connection/journey.ts';
import { packetText } from '../../packet/notation.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { complain } from '../io/messages.ts';

export async function traceExitCode({ io, input }: Call, journey: Journey): Promise<ExitCode> {
  const expected = optionText(input, 'expect');
  if (expected !== undefined && journey.outcome !== expected) {
    await complain(io, { message: `expected ${expected}, got ${journey.outcome}: ${packetText(journey.packet)}` });
    return EXIT.findings;
  }
  if (journey.spent !== undefined) return EXIT.findings;
  return optionIsSet(input, 'strict') && journey.outcome === 'undecided' ? EXIT.findings : EXIT.ok;
}
