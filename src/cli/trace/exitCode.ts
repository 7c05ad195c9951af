/** What the answers mean for the exit code: --expect, --strict, and a walk that was cut short. */
import type { Journey } from '../../connection/journey.ts';
import { gotText, isAsWanted, parseWantedEnd, wantedText } from '../../connection/wantedEnd.ts';
import { packetText } from '../../packet/notation.ts';
import { type Call, optionIsSet, optionText } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { complain } from '../io/messages.ts';

export async function traceExitCode({ io, input }: Call, journey: Journey): Promise<ExitCode> {
  const expected = optionText(input, 'expect');
  const wanted = expected === undefined ? undefined : parseWantedEnd(expected);
  if (wanted !== undefined && !isAsWanted(journey, wanted)) {
    await complain(io, { message: `expected ${wantedText(wanted)}, got ${gotText(journey, wanted)}: ${packetText(journey.packet)}` });
    return EXIT.findings;
  }
  if (journey.spent !== undefined) return EXIT.findings;
  return optionIsSet(input, 'strict') && journey.outcome === 'undecided' ? EXIT.findings : EXIT.ok;
}
