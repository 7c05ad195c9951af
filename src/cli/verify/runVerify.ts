/** What `chainwalk verify` does: it takes rules, or manifests from which the rules follow. */
import { withKeptFiles } from '../argv/cachedReads.ts';
import type { Call } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { phaseOfRules } from '../input/phase.ts';
import { manifestsAmong } from '../input/recognise.ts';
import { ruleSubjectOf } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';

export async function runVerify(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const files = call.input.args;
  const manifests = await manifestsAmong(call, files);
  if (manifests === 'some') {
    await complain(call.io, { message: 'rules and manifests cannot be verified in one go', help: 'verify them one after the other' });
    return EXIT.usage;
  }
  if (manifests === 'all') {
    const { answerPods } = await import('./answerPods.ts');
    return answerPods(call, files);
  }
  if (await phaseOfRules(call)) return EXIT.usage;
  const { answerRules } = await import('./answerRules.ts');
  return answerRules(call, () => ruleSubjectOf(call, files));
}
