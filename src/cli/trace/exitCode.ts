/** What the answers mean for the exit code: --expect, --strict, and a walk that was cut short. */
import type { Journey } from '../../connection/journey.ts';
import { packetText } from '../../packet/notation.ts';
import { type Call, isSet, textOf } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { complain } from '../io/messages.ts';

export async function exitCodeOf({ io, input }: Call, journey: Journey): Promise<ExitCode> {
  const expected = textOf(input, 'expect');
  if (expected !== undefined && journey.outcome !== expected) {
    await complain(io, { message: `expected ${expected}, got ${journey.outcome}: ${packetText(journey.packet)}` });
    return EXIT.findings;
  }
  if (journey.spent !== undefined) return EXIT.findings;
  return isSet(input, 'strict') && journey.outcome === 'undecided' ? EXIT.findings : EXIT.ok;
}
