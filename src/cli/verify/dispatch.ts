/** `chainwalk verify` takes rules, or manifests from which the rules follow. */
import type { Call } from '../command.ts';
import { EXIT, type ExitCode } from '../exitCode.ts';
import { withKeptFiles } from '../kept.ts';
import { phaseOfRules } from '../manifest/phase.ts';
import { manifestsAmong } from '../manifest/recognise.ts';
import { complain } from '../messages.ts';

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
