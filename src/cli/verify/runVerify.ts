/** What `chainwalk verify` does. */
import { jsonText } from '../../lib/printable.ts';
import { podsOf } from '../../pods/familiesOfPod.ts';
import type { Verified, VerifyOptions } from '../../prove/judge/verifyRules.ts';
import { humanVerify, type VerifyStyle } from '../../report/human/verify.ts';
import { toVerifyReport } from '../../report/json/verify.ts';
import { rulesSubjects } from '../../report/review/fromVerified.ts';
import { mergeNotes } from '../../report/review/notes.ts';
import type { Review } from '../../report/review/review.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, isSet } from '../argv/command.ts';
import { EXIT, type ExitCode } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { loadRules } from '../input/rules.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { writeReport } from '../review/write.ts';
import { verifyCommented } from '../suppress/rules.ts';
import { exitCodeOf } from './judge.ts';
import { readSettings } from './settings.ts';

export async function runVerify(call: Call): Promise<ExitCode> {
  const outputs = await readOutputs(call, outputWords(call.input));
  const verified = outputs === undefined ? undefined : await verifyRuleFiles(call, call.input.args);
  if (outputs === undefined || verified === undefined) return EXIT.usage;
  const { pods, diagnostics, empty } = verified;
  await showDiagnostics(call, diagnostics, { evenQuiet: empty });
  if (diagnostics.some(isError)) return EXIT.usage;
  const failing = isSet(call.input, 'strict') ? diagnostics.length : 0;
  const own = { human: (style: VerifyStyle) => humanVerify(pods, { ...style, failing }), json: () => jsonText(toVerifyReport(pods)) };
  const report = { review: reviewOf(verified), outputs, own, strict: isSet(call.input, 'strict') };
  return (await writeReport(call, report)) ? exitCodeOf(call, pods, diagnostics) : EXIT.usage;
}

function reviewOf({ pods, diagnostics }: VerifiedRules): Review {
  const subjects = rulesSubjects(pods);
  const notes = pods.map((pod, index) => ({ subject: subjects[index]?.name ?? '', notes: pod.notes }));
  return { subjects, diagnostics, notes: mergeNotes(notes) };
}

export interface VerifiedRules {
  readonly pods: readonly Verified[];
  /** with an error there are no pods */
  readonly diagnostics: readonly Diagnostic[];
  /** there is not one rule: nobody should take the answer for a proof */
  readonly empty: boolean;
}

/** Undefined when a file or an option cannot be read, which has been said. */
export async function verifyRuleFiles(call: Call, files: readonly string[]): Promise<VerifiedRules | undefined> {
  const settings = await readSettings(call);
  if (settings === undefined) return undefined;
  const [family] = settings.families?.length === 1 ? settings.families : [];
  const loaded = await loadRules(withFamily(call, family), { files, ...(settings.host === undefined ? {} : { host: settings.host }) });
  if (loaded === undefined) return undefined;
  // what is not modelled is a claim of its own
  const diagnostics = loaded.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  const empty = loaded.rulesets.every(({ tables }) =>
    [...tables.values()].every(({ chains }) => [...chains.values()].every(({ rules }) => rules.length === 0)),
  );
  if (diagnostics.some(isError)) return { pods: [], diagnostics, empty };
  const progress = progressOn(call.io.err, () => performance.now());
  const tell: VerifyOptions['progress'] = (claim, family) => progress.tell(`verifying ${claim} (IPv${family})`);
  const commented = verifyCommented(podsOf(loaded.rulesets), { ...settings, progress: tell });
  await progress.end();
  return { pods: commented.pods, diagnostics: [...diagnostics, ...commented.diagnostics], empty };
}

/** `--family 4,6` is for verify; the reader knows one family or none. */
function withFamily({ io, input }: Call, family: number | undefined): Call {
  return { io, input: { ...input, options: { ...input.options, family: family === undefined ? undefined : String(family) } } };
}
