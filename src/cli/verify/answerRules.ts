/** `chainwalk verify` of rules, from files or from a running pod. */

import { reviewOf } from '../../app/verify/notedSubjects.ts';
import { subjectsOfRules, type VerifyRulesQuestion, verifyRuleTexts } from '../../app/verify/verifyRules.ts';
import { NO_PACKET } from '../../connection/askedPackets.ts';
import { kept } from '../../lib/kept.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { asksForFix } from '../../prove/proof/provedFix.ts';
import { filesOfRules } from '../../report/human/verdictLine.ts';
import { humanVerify, laterFixes, type VerifyStyle } from '../../report/human/verify.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { likeTexts } from '../../syntax/text/likeTexts.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { terminal } from '../argv/terminal.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import type { RuleSubject } from '../input/ruleSubject.ts';
import { complain } from '../io/messages.ts';
import { withWitnesses } from '../kernel/withWitnesses.ts';
import { outputWords, type ReviewOutput, readOutputs } from '../review/outputs.ts';
import { writeReport } from '../review/write.ts';
import { verifyExitCode } from './exitCode.ts';
import { readClaimOptions } from './options.ts';

/** The answer in other words, where more is known of what was asked; undefined: the usual ones do. */
export type HumanInstead = (pods: readonly Verified[], style: VerifyStyle) => string | undefined;

/** `read`: undefined when there is nothing that can be asked, which has been reported. */
export async function answerRules(call: Call, read: () => Promise<RuleSubject | undefined>, instead?: HumanInstead): Promise<ExitCode> {
  const outputs = await readOutputs(call, outputWords(call.input));
  const options = outputs === undefined ? undefined : await readClaimOptions(call);
  const subject = options === undefined ? undefined : await read();
  if (outputs === undefined || options === undefined || subject === undefined) return EXIT.usage;
  const before = call.input.kept;
  const progress = progressOn(call.io.err, () => performance.now());
  const tell = (claim: string, family: number) => progress.tell(`verifying ${claim} (IPv${family})`);
  const question = {
    rules: subject.rules,
    options: { ...options, ...subject.place, progress: tell },
    alike: likeTexts(),
    ...(before && { kept: before }),
  };
  const proved = verifyRuleTexts(question);
  const later = fixesLater(call, outputs, proved.pods);
  const fixed = later === undefined ? await withFixesFor(question, proved.pods) : proved.pods;
  const { shown, tell: tellKernel } = await withWitnesses(call, fixed);
  const verified = { ...proved, pods: shown };
  await progress.end();
  const { pods, diagnostics, empty } = verified;
  await showDiagnostics(call, diagnostics, { evenQuiet: empty });
  if (diagnostics.some(isError)) return EXIT.usage;
  if (pods.length > 0 && pods.every(({ asksNothing }) => asksNothing === true)) {
    await complain(call.io, { message: NO_PACKET, help: 'no packet on this host matches `--where`, in the families of the rules' });
    return EXIT.usage;
  }
  const strict = optionIsSet(call.input, 'strict');
  const failing = strict ? diagnostics.length : 0;
  const known = new Set(pods.flatMap(filesOfRules));
  const failingOf = (pod: Verified) => {
    const own = filesOfRules(pod);
    return strict ? diagnostics.filter(({ source: { file } }) => own.includes(file) || !known.has(file)).length : 0;
  };
  const detailed = optionIsSet(call.input, 'verbose');
  const { args } = call.input;
  const inFiles = args.length > 0 && !args.includes('-');
  const own = {
    human: (style: VerifyStyle) =>
      (detailed ? undefined : instead?.(pods, { ...style, failing })) ??
      humanVerify(pods, { ...style, failingOf, detailed, inFiles, fixesFollow: later !== undefined }),
    json: async () => {
      const { verifyPieces } = await import('../../report/json/verifyPieces.ts');
      return { pieces: verifyPieces(pods) };
    },
  };
  const report = { review: kept(() => reviewOf(subjectsOfRules(verified), diagnostics)), outputs, own, strict };
  if (!(await writeReport(call, report))) return EXIT.usage;
  if (later !== undefined) {
    const [pod = later] = await withFixesFor(question, [later]);
    const text = laterFixes(pod, { ...(await terminal(call, call.io.out)), strict, detailed, inFiles });
    if (text !== '') await call.io.out.write(`${text}\n`, 'report');
  }
  return worst(verifyExitCode(call, pods, diagnostics), await tellKernel());
}

/** Who watches a file waits for the answer, and edits are looked for after it. People read what follows; of programs and of several
 *  answers in one text each is told when it is whole. The running kernel is asked what it does with packets of the whole answer. */
function fixesLater({ input }: Call, outputs: readonly ReviewOutput[], pods: readonly Verified[]): Verified | undefined {
  const isRead = outputs.every(({ format, file }) => format === 'human' && file === undefined);
  const [pod] = pods;
  if (!optionIsSet(input, 'watch') || optionIsSet(input, 'onKernel') || !isRead || pods.length !== 1) return undefined;
  return pod?.findings.some(asksForFix) ? pod : undefined;
}

/** Edits are looked for where there are errors, and what looks for them is loaded then. */
async function withFixesFor(question: VerifyRulesQuestion, pods: readonly Verified[]): Promise<readonly Verified[]> {
  if (!pods.some(({ findings }) => findings.some(asksForFix))) return pods;
  const { withFixes } = await import('../../app/fix/fixes.ts');
  return withFixes(pods, question);
}
