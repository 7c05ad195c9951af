/** `verify` of many running pods: every claim on each kind of pod, one line each. */

import type { NotedSubjects } from '../../app/verify/notedSubjects.ts';
import { reviewOf } from '../../app/verify/notedSubjects.ts';
import { subjectsOfRules, type VerifiedRules, verifyRuleTexts } from '../../app/verify/verifyRules.ts';
import { type Bounds, mergeBounds } from '../../connection/bounds.ts';
import { kept } from '../../lib/kept.ts';
import { plural } from '../../lib/plural.ts';
import { jsonText } from '../../lib/printable.ts';
import { assumptionText } from '../../mesh/assumption.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import { answerLines, type ClaimsVerdict, claimsVerdict } from '../../report/human/verdictLine.ts';
import { humanVerify, type VerifyStyle } from '../../report/human/verify.ts';
import { toVerifyReport } from '../../report/json/verify.ts';
import { boundsText, unjudgedText } from '../../report/text/bounds.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';
import { type Call, optionIsSet } from '../argv/command.ts';
import { EXIT, type ExitCode, worst } from '../argv/exitCode.ts';
import { progressOn } from '../argv/progress.ts';
import { typedOptions } from '../argv/typedOptions.ts';
import { VERIFY_OPTIONS } from '../argv/verifyOptions.ts';
import { showDiagnostics } from '../input/diagnostics.ts';
import { withWitnesses } from '../kernel/withWitnesses.ts';
import { outputWords, readOutputs } from '../review/outputs.ts';
import { writeReport } from '../review/write.ts';
import { verifyExitCode } from '../verify/exitCode.ts';
import { type ClaimOptions, readClaimOptions } from '../verify/options.ts';
import { PLUGIN_OPTIONS } from './pluginOptions.ts';
import { runningPodSubject } from './podSubject.ts';
import { type EqualPods, type PodsRead, tellNotes, type UnreadPods } from './podsRead.ts';
import { type PodLine, podTable, RANK, unreadLines } from './podTable.ts';

interface VerifiedPods extends EqualPods {
  readonly verified: VerifiedRules;
}

export async function verifyPods(call: Call, read: PodsRead): Promise<ExitCode> {
  const outputs = await readOutputs(call, outputWords(call.input));
  const options = outputs === undefined ? undefined : await readClaimOptions(call);
  if (outputs === undefined || options === undefined) return EXIT.usage;
  const proved = await verifyEach(call, read, options);
  if (proved === undefined) return EXIT.usage;
  const { answered, tell } = await askedOfKernel(call, proved);
  const unreadable = answered.filter(({ verified }) => verified.diagnostics.some(isError));
  const groups = answered.filter((one) => !unreadable.includes(one));
  const unread = [...read.unread, ...unreadable.flatMap(notLoaded)];
  // the line of a pod without rules says so
  const diagnostics = uniqueOf(
    groups.flatMap(({ verified }) => verified.diagnostics.filter(({ message }) => !verified.empty || !message.startsWith('no rule found'))),
  );
  await tellNotes(call, read);
  await showDiagnostics(call, diagnostics);
  const strict = optionIsSet(call.input, 'strict');
  const detailed = optionIsSet(call.input, 'verbose');
  const typed = typedOptions(call.input, [...PLUGIN_OPTIONS, ...VERIFY_OPTIONS], OF_MANY);
  const pods = groups.flatMap(({ verified }) => verified.pods);
  const own = {
    human: (style: VerifyStyle) =>
      humanPods({ groups, unread }, { ...style, strict, detailed, typed, failing: strict ? diagnostics.length : 0 }),
    json: () => jsonText({ ...toVerifyReport(pods), pods: groups.map(({ labels }) => labels), unread: unread.map(unreadJson) }),
  };
  const review = kept(() => {
    const subjects = groups.map(({ verified }) => subjectsOfRules(verified));
    const noted: NotedSubjects = { subjects: subjects.flatMap((one) => one.subjects), notes: subjects.flatMap((one) => one.notes) };
    return reviewOf(noted, [...diagnostics, ...unread.filter(({ isNothing }) => !isNothing).map(unreadDiagnostic)]);
  });
  if (!(await writeReport(call, { review, outputs, own, strict }))) return EXIT.usage;
  const code = verifyExitCode(call, pods, diagnostics);
  return worst(unreadable.length > 0 && code === EXIT.ok ? EXIT.findings : code, await tell());
}

/** --on-kernel: the witnesses of all of them. */
async function askedOfKernel(call: Call, proved: readonly VerifiedPods[]) {
  const pods = proved.flatMap(({ verified }) => verified.pods);
  const { shown, tell } = await withWitnesses(call, pods);
  const after = new Map(pods.map((pod, index) => [pod, shown[index] ?? pod]));
  const answered = proved.map((one): VerifiedPods => {
    return { ...one, verified: { ...one.verified, pods: one.verified.pods.map((pod) => after.get(pod) ?? pod) } };
  });
  return { answered, tell };
}

/** Undefined when an option cannot be used, which has been reported. */
async function verifyEach(call: Call, { groups }: PodsRead, options: ClaimOptions): Promise<readonly VerifiedPods[] | undefined> {
  const progress = progressOn(call.io.err, () => performance.now());
  const answered: VerifiedPods[] = [];
  for (const [index, group] of groups.entries()) {
    const [first] = group.all;
    const subject = first && (await runningPodSubject(call, first, group.all.slice(1)));
    if (subject === undefined) return undefined;
    const tell = (claim: string) => progress.tell(`verifying ${index + 1} of ${groups.length}: ${claim}`);
    // what is said of its own object is said of each
    const about = group.all.flatMap((files) => files.about);
    const rules = { ...subject.rules, about };
    answered.push({ ...group, verified: verifyRuleTexts({ rules, options: { ...options, ...subject.place, progress: tell } }) });
  }
  await progress.end();
  return answered;
}

function notLoaded({ labels, verified }: VerifiedPods): readonly UnreadPods[] {
  const why = `its rules cannot be read: ${verified.diagnostics.find(isError)?.message ?? ''}`;
  return labels.map((label) => ({ label, why }));
}

function uniqueOf(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((one) => [one.message, one])).values()];
}

function unreadDiagnostic({ label, why }: UnreadPods): Diagnostic {
  return { kind: 'warning', message: `${label} was not read: ${why}`, source: { file: label, text: '' }, span: { start: 0, end: 0 } };
}

function unreadJson({ label, why, isNothing }: UnreadPods) {
  return { pod: label, why, skipped: isNothing === true };
}

/** Which pods, and what is done with the answer about all of them. */
const OF_MANY = ['namespace', 'all-namespaces', 'selector', 'save', 'dry-run', 'output', 'json', 'verbose', 'watch', 'color'];

interface PodsStyle extends VerifyStyle {
  readonly strict: boolean;
  readonly detailed: boolean;
  /** options that decide the answer, as they were given */
  readonly typed: readonly string[];
}

function humanPods(
  { groups, unread }: { readonly groups: readonly VerifiedPods[]; readonly unread: readonly UnreadPods[] },
  style: PodsStyle,
): string {
  const lines = [...groups.map((group) => lineOf(group, style)), ...unreadLines(unread)];
  const bounds = withOwnAddresses(mergeBounds(groups.flatMap(({ verified }) => verified.pods.map((pod) => pod.bounds))));
  const count = (is: (rank: number) => boolean) => lines.filter(({ rank }) => is(rank)).reduce((sum, { labels }) => sum + labels.length, 0);
  const [failing, undecided, left, fine] = [
    count((rank) => rank < RANK.undecided),
    count((rank) => rank === RANK.undecided),
    count((rank) => rank === RANK.unread),
    count((rank) => rank === RANK.fine),
  ];
  const words = [
    ...(failing > 0 ? [`${plural(failing, 'pod')} ${failing === 1 ? 'fails' : 'fail'}`] : []),
    ...(undecided > 0 ? [`${undecided} undecided`] : []),
    ...(left > 0 ? [`${left} not read`] : []),
    ...(fine > 0 ? [`${fine} ${fine === 1 ? 'holds' : 'hold'}`] : []),
    ...(count((rank) => rank > RANK.fine) > 0 ? [`${count((rank) => rank > RANK.fine)} skipped`] : []),
  ];
  const verdict = failing > 0 ? 'FAIL' : undecided > 0 ? 'UNDECIDED' : left > 0 ? 'NOT READ' : fine > 0 ? 'OK' : 'SKIPPED';
  const rest = groups.length === 0 ? 'nothing is proved' : `scope: ${boundsText(bounds)}${unjudgedText(bounds)}`;
  const colour = failing > 0 ? 'red' : verdict === 'OK' ? 'green' : 'yellow';
  const queried = groups.reduce((sum, { labels }) => sum + labels.length, 0);
  const tail = `${plural(queried, 'pod')} queried, ${groups.length} different`;
  return [
    ...answerLines({ text: `${verdict}: ${words.join(', ')}`, rest, colour, tail }, style),
    '',
    ...podTable(lines, style),
    ...nextLines(lines, unread, style),
    ...(style.detailed
      ? groups.flatMap(({ labels, verified }) => ['', '', style.paint.bold(labels.join(', ')), humanVerify(verified.pods, style)])
      : []),
  ].join('\n');
}

/** Of pods that differ their addresses are not listed: -v and JSON have those of each. */
function withOwnAddresses(bounds: Bounds): Bounds {
  const { hosts } = bounds;
  if (hosts.length < 2 || !hosts.every((host) => host.startsWith('the running pod'))) return bounds;
  const assumed = hosts.some((host) => host.endsWith('assumed')) ? ', their listeners assumed' : '';
  return { ...bounds, hosts: [`the running pods at their own addresses${assumed}`] };
}

const RANKS: Readonly<Record<NonNullable<ClaimsVerdict['word']>, number>> = {
  'NOT CAPTURED': RANK.notCaptured,
  FAIL: RANK.fails,
  UNDECIDED: RANK.undecided,
  OK: RANK.fine,
};

/** The words of the verdict on one pod, without what the first line has said for all. */
function lineOf({ labels, verified: { pods, empty } }: VerifiedPods, style: PodsStyle): PodLine {
  const parts = pods.map((pod) => {
    const { word = 'OK', says } = claimsVerdict(pod, style);
    return { rank: RANKS[word], word, says, pod };
  });
  const [worst] = parts.toSorted((a, b) => a.rank - b.rank);
  if (worst === undefined) return { verdict: 'UNDECIDED', rank: RANK.undecided, labels, says: 'nothing was checked' };
  const { pod, rank, word, says } = worst;
  const mesh = pod.profile === undefined ? `no mesh${empty ? ' and no rules' : ''}` : pod.profile.title;
  const more = pods.flatMap((one) =>
    one.assumptions.filter(({ about }) => ABOUT.includes(about)).map((one) => `assumed ${assumptionText(one)}`),
  );
  const claims = claimsText(pod, style.strict);
  return { verdict: word, rank, labels, says: `${mesh}, ${says}${claims === '' ? '' : `: ${claims}`}`, more };
}

/** Those that turn answers round are never left out. */
const ABOUT: readonly string[] = ['proxy-identity', 'rules'];
const MOST_CLAIMS = 4;

function claimsText({ findings }: Verified, strict: boolean): string {
  const open = findings.filter(
    ({ muted, verdict, level }) => muted === undefined && (verdict === 'undecided' || (verdict === 'violated' && level !== 'info')),
  );
  const errors = open.filter(({ verdict, level }) => verdict === 'violated' && level === 'error');
  const shown = errors.length > 0 && !strict ? errors : open;
  const claims = [...new Set(shown.map(({ claim }) => claim))];
  const left = claims.length - MOST_CLAIMS;
  return [...claims.slice(0, MOST_CLAIMS), ...(left > 0 ? [`${left} more`] : [])].join(', ');
}

function nextLines(lines: readonly PodLine[], unread: readonly UnreadPods[], { detailed, paint, typed }: PodsStyle): readonly string[] {
  const bad = lines.toSorted((a, b) => a.rank - b.rank).find(({ rank }) => rank <= RANK.undecided);
  const [label] = bad?.labels.toSorted() ?? [];
  const help = unread.find((one) => one.help !== undefined && !one.isNothing);
  const next = [
    ...(label === undefined || detailed ? [] : [`next  ${['kubectl chainwalk', label, ...typed].join(' ')}`]),
    ...(help === undefined ? [] : [`next  ${commandIn(help.help ?? '')}`]),
  ];
  return next.length === 0 ? [] : ['', ...next.map((line) => paint.dim(line))];
}

/** What a help line tells to type. */
function commandIn(help: string): string {
  return /`([^`]+)`/.exec(help)?.[1] ?? help;
}
