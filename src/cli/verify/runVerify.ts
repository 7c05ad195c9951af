/** What `chainwalk verify` does: it takes rules, or manifests from which the rules follow. */

import { withKeptFiles } from '../argv/cachedReads.ts';
import { type Call, optionIsSet, optionList } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { typedOptions, typedWord } from '../argv/typedOptions.ts';
import { VERIFY_OPTIONS } from '../argv/verifyOptions.ts';
import { filesOf } from '../input/filesOf.ts';
import { phaseOfRules } from '../input/phase.ts';
import { manifestsAmong } from '../input/recognise.ts';
import { ruleSubjectOf } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';

export async function runVerify(given: Call): Promise<ExitCode> {
  const call = withKeptFiles(given);
  const files = await filesOf(call, call.input.args);
  if (files === undefined) return EXIT.usage;
  const manifests = await manifestsAmong(call, files);
  if (optionIsSet(call.input, 'fix')) {
    const { fixRules } = await import('./fixRules.ts');
    const answer = () => verifyRuleFiles(withKeptFiles(given), files);
    return fixRules({ call: given, files, hasManifests: manifests !== 'none', answer });
  }
  if (optionIsSet(call.input, 'dryRun')) {
    await complain(call.io, { message: '--dry-run shows what --fix would write', help: 'give --fix as well' });
    return EXIT.usage;
  }
  if (manifests === 'all') return verifyManifests(call, files);
  if (manifests === 'none') return verifyRuleFiles(call, files);
  const kinds = await Promise.all(files.map(async (file) => ({ file, isManifestText: (await manifestsAmong(call, [file])) === 'all' })));
  const [ofPods, ofRules] = [true, false].map((wanted) =>
    kinds.filter(({ isManifestText }) => isManifestText === wanted).map(({ file }) => file),
  );
  if (optionList(call.input, 'output').length > 0 || optionIsSet(call.input, 'json')) {
    const help = `two commands: \`${typedVerify(call, ofRules)}\` and \`${typedVerify(call, ofPods, true)}\``;
    await complain(call.io, { message: 'rules and manifests are reported separately: only the human format has both', help });
    return EXIT.usage;
  }
  const code = await verifyManifests(call, ofPods ?? []);
  return worst(code, await verifyRuleFiles(call, ofRules ?? []));
}

/** For files of one kind; options of pods are for manifests. */
function typedVerify({ input }: Call, files: readonly string[] = [], ofPods = false): string {
  const known = VERIFY_OPTIONS.filter(({ common }) => ofPods || common !== 'pods');
  return ['chainwalk verify', ...files.map(typedWord), ...typedOptions(input, known)].join(' ');
}

async function verifyManifests(call: Call, files: readonly string[]): Promise<ExitCode> {
  const { answerPods } = await import('./answerPods.ts');
  return answerPods(call, files);
}

async function verifyRuleFiles(call: Call, files: readonly string[]): Promise<ExitCode> {
  if (await phaseOfRules(call)) return EXIT.usage;
  const { answerRules } = await import('./answerRules.ts');
  return answerRules(call, () => ruleSubjectOf(call, files));
}
