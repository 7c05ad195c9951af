/** The lines of one file of a fleet, each made as a whole only where its answer is new. */

import { fleetVerifier, type ProvedText, podInFile } from '../../app/fleet/fleetVerifier.ts';
import { isManifestText } from '../../app/load/recognise.ts';
import type { VerifiedRules, VerifyRulesQuestion } from '../../app/verify/verifyRules.ts';
import type { Complaint } from '../../lib/complaint.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { filesOfRules } from '../../report/human/verdictLine.ts';
import { type CheckDiagnostic, toCheckDiagnostics } from '../../report/json/check.ts';
import { toSubjectLine } from '../../report/lines/toSubjectLine.ts';
import type { LinePlace, SubjectLine, UnreadLine } from '../../report/lines/verifyLine.ts';
import { isError } from '../../syntax/text/diagnostic.ts';
import { TABLE_LINE } from '../../syntax/text/refusal.ts';
import type { Source } from '../../syntax/text/source.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { type RuleFiles, readRuleFiles } from '../input/ruleTexts.ts';
import { verifyExitCode } from '../verify/exitCode.ts';
import type { Answered, AnsweredSubject } from './fleet.ts';
import type { ListedFiles } from './listFiles.ts';

export interface FleetQuestion {
  readonly options: VerifyRulesQuestion['options'];
  readonly how: Omit<RuleFiles, 'files'>;
}

export function fileAnswerer(call: Call, { options, how }: FleetQuestion): (listed: ListedFiles) => Promise<readonly Answered[]> {
  const verify = fleetVerifier(options);
  /** of answers that come again */
  const names = new WeakMap<ProvedText, readonly string[]>();

  return async (listed) => {
    const { names: files, index } = listed;
    const unread = (errors: readonly CheckDiagnostic[]): UnreadLine => ({
      schema: 'chainwalk/verify-lines/v1',
      kind: 'unread',
      index,
      rules: files,
      exit: 2,
      errors,
    });
    const wrong: Complaint[] = [];
    const complain = async (complaint: Complaint) => void wrong.push(complaint);
    const reader = { read: call.io.read, show: async () => {}, complain };
    const texts = await readRuleFiles(reader, { files, ...how });
    if (texts === undefined) return [unread(wrong.map((one) => withoutPlace(files, one)))];
    const [foreign] = texts.sources.filter(({ text }) => isManifestText(text));
    if (foreign !== undefined) {
      const complaint = {
        message: `\`${foreign.file}\` is a manifest among files of rules`,
        help: 'verify manifests by a command of their own',
      };
      return [unread([withoutPlace(files, complaint)])];
    }
    if (listed.inFolder && !texts.sources.some(({ text }) => TABLE_LINE.test(text)))
      return [{ schema: 'chainwalk/verify-lines/v1', kind: 'skipped', index, rules: files }];
    const { proved, verified, isOwn } = verify(texts);
    const known = isOwn ? undefined : names.get(proved);
    const { diagnostics, pods } = known === undefined || proved.verified.diagnostics.some(isError) ? verified() : proved.verified;
    if (diagnostics.some(isError)) {
      names.set(proved, []);
      return [unread(toCheckDiagnostics(diagnostics))];
    }
    const made = known === undefined ? pods.map((_, at) => subjectLine({ call, verified: verified(), at, index })) : [];
    const answers = known ?? made.map(({ answer }) => answer);
    if (!names.has(proved)) names.set(proved, answers);
    return pods.map(
      (_, at): AnsweredSubject => ({
        kind: 'answered',
        ...placeOf({ index, at, pods }),
        rules: known === undefined || pods.length > 1 ? filesOfRules(pods[at] as Verified) : files,
        answer: answers[at] ?? '',
        line: () => made[at] ?? subjectLine({ call, verified: verified(), at, index }),
      }),
    );
  };
}

interface Asked {
  readonly call: Call;
  readonly verified: VerifiedRules;
  readonly at: number;
  readonly index: number;
}

function subjectLine({ call, verified, at, index }: Asked): SubjectLine {
  const { pods, diagnostics } = verified;
  const pod = pods[at] as Verified;
  const strict = optionIsSet(call.input, 'strict');
  const style = { strict, failing: strict ? diagnostics.length : 0, detailed: optionIsSet(call.input, 'verbose') };
  const exit = verifyExitCode(call, [pod], diagnostics) === 0 ? 0 : 1;
  const named = (nameOf: (file: string) => string) => {
    const renamed = <T extends { readonly source: Source }>(one: T): T => ({
      ...one,
      source: { ...one.source, file: nameOf(one.source.file) },
    });
    return { pod: podInFile(pod, pod.rulesets.map(renamed)), diagnostics: diagnostics.map(renamed) };
  };
  return toSubjectLine({ pod, place: placeOf({ index, at, pods }), diagnostics, exit, style, named });
}

function placeOf({ index, at, pods }: Pick<Asked, 'index' | 'at'> & { readonly pods: readonly Verified[] }): LinePlace {
  return { index, ...(pods.length > 1 && { part: at + 1 }) };
}

function withoutPlace([file = '']: readonly string[], { message, help }: Complaint): CheckDiagnostic {
  return { kind: 'malformed', code: null, file, line: 0, column: 0, message, help: help ?? null };
}
