/** `chainwalk verify` takes rules, or manifests from which the rules follow. */

import { withKeptFiles } from '../argv/cachedReads.ts';
import type { Call } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { phaseOfRules } from '../input/phase.ts';
import { manifestsAmong } from '../input/recognise.ts';
import { complain } from '../io/messages.ts';

export async function verifyInput(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const manifests = await manifestsAmong(call, call.input.args);
  if (manifests === 'some') {
    await complain(call.io, { message: 'rules and manifests cannot be verified in one go', help: 'verify them one after the other' });
    return EXIT.usage;
  }
  if (manifests === 'all') {
    const { verifyPods } = await import('./verifyPods.ts');
    return verifyPods(call);
  }
  if (await phaseOfRules(call)) return EXIT.usage;
  const { runVerify } = await import('./runVerify.ts');
  return runVerify(call);
}
