/** Expected packets against the rules or the pod that their file names. */

import { type AskedSet, pinnedAddress } from '../../connection/assumedHost.ts';
import type { Bounds } from '../../connection/bounds.ts';
import { GIVEN_HOST, hostWords, POD_OF_MANIFEST } from '../../connection/bounds.ts';
import { withLength, withPodAddress } from '../../host/podAddress.ts';
import { type Answer, expectPacket, expectSet } from '../../query/expectations.ts';
import type { TraceInput } from '../../report/json/trace.ts';
import { fingerprintOf } from '../../report/review/fingerprint.ts';
import { blamed } from '../../report/review/fromVerified.ts';
import type { Check, Problem, Subject } from '../../report/review/review.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { Call, OptionValue } from '../argv/command.ts';
import { folderOf, from } from '../config/paths.ts';
import { type Job, readJob } from '../trace/job.ts';
import type { Scene } from '../trace/scene.ts';
import { walkPacket } from '../trace/walk.ts';
import type { LoadedExpectations } from './load.ts';
import type { Expectation } from './shape.ts';

export interface JudgedExpectations {
  readonly subject: Subject;
  /** of the rules that were asked; none of them an error */
  readonly diagnostics: readonly Diagnostic[];
}

/** Undefined when the rules or the pod cannot be used, which has been said. */
export async function judgeExpectations(call: Call, loaded: LoadedExpectations): Promise<JudgedExpectations | undefined> {
  const job = await jobOf(call, loaded);
  if (job === undefined) return undefined;
  const { source, file } = loaded;
  const checks = [...outsideCheck(loaded, job), ...file.packets.map((expectation) => toCheck({ loaded, scene: job.scene, expectation }))];
  const diagnostics = job.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  return {
    subject: { kind: 'expectations', name: source.file, file: source.file, bounds: boundsOf(loaded, job.scene), checks },
    diagnostics,
  };
}

/** One packet may be what tells the pod's address. */
function boundsOf({ file: { manifest, packets } }: LoadedExpectations, scene: Scene): Bounds {
  const families = scene.rulesets.map(({ family }) => family);
  const sets = packets.flatMap((one) => (one.kind === 'set' ? [hostWords({ ...scene, host: hostOfSet(scene, one.where) }, families)] : []));
  const walked = packets.some(({ kind }) => kind !== 'set') && scene.assumed !== undefined && sets.length === 0 ? ['an assumed pod'] : [];
  const hosts = scene.assumed !== undefined ? [...sets, ...walked] : [manifest === undefined ? GIVEN_HOST : POD_OF_MANIFEST];
  return { families, unjudged: [], hosts: [...new Set(hosts)] };
}

/** As `chainwalk trace` would be asked, with paths from the file's own folder. */
async function jobOf({ io, input }: Call, { source, file }: LoadedExpectations): Promise<Job | undefined> {
  const folder = folderOf(source.file);
  const { packets: _packets, rules, manifest, values, host, podIps, proxyUid, proxyGid, set, ...words } = file;
  const options: Record<string, OptionValue> = {
    color: input.options.color,
    ...words,
    ...(host !== undefined && { host: from(folder, host) }),
    podIp: podIps ?? [],
    ...(proxyUid !== undefined && { proxyUid: String(proxyUid) }),
    ...(proxyGid !== undefined && { proxyGid: String(proxyGid) }),
    ...(values !== undefined && { values: values.map((one) => from(folder, one)) }),
    ...(set !== undefined && { set: Object.entries(set).map(([name, value]) => `${name}=${value}`) }),
  };
  const call: Call = { io, input: { ...input, args: [], options } };
  if (rules !== undefined) return readJob(call, { file: from(folder, rules), format: 'human' });
  const { readPodJob } = await import('../trace/podJob.ts');
  return readPodJob(call, { file: from(folder, manifest ?? ''), format: 'human' });
}

/** A pod that has a proxy, and nobody captures it: whatever its packets are expected to do, this is wrong. */
function outsideCheck({ source, file }: LoadedExpectations, { scene: { outside } }: Job): readonly Check[] {
  if (outside?.walks !== true) return [];
  const id = 'pod-captured';
  const says = outside.says;
  const problem: Problem = {
    id,
    level: 'error',
    verdict: 'failed',
    message: `${id}: ${says}`,
    place: { source, span: file.packets[0]?.span ?? { start: 0, end: 1 } },
    blame: [],
    fingerprint: fingerprintOf({ id, subject: source.file, verdict: 'failed', rules: [], says }),
  };
  return [{ id, statement: 'The pod has a proxy, and somebody writes rules for it.', verdict: 'failed', problems: [problem] }];
}

interface Asked {
  readonly loaded: LoadedExpectations;
  readonly scene: Scene;
  readonly expectation: Expectation;
}

function toCheck(asked: Asked): Check {
  const { text, outcome, because, kind } = asked.expectation;
  const what = kind === 'set' ? `Every packet of \`${text}\`` : `The packet \`${text}\``;
  const why = because === undefined ? '' : `: ${because.trim().replace(/\.$/, '')}`;
  const known = { id: text, statement: `${what} ends as ${outcome}${why}.` };
  const problems = answersOf(asked).flatMap((answer) => (answer.verdict === 'met' ? [] : [toProblem(asked, answer)]));
  const verdict = problems.length === 0 ? 'passed' : problems.some((one) => one.verdict === 'failed') ? 'failed' : 'undecided';
  return { ...known, verdict, problems };
}

/** An answer with the words of the simulator where there is one packet. */
interface Answered extends Answer {
  readonly walked?: TraceInput;
}

function answersOf({ scene, expectation }: Asked): readonly Answered[] {
  if (scene.outside?.walks === false) return [{ verdict: 'undecided', reasons: [scene.outside.says], blame: [] }];
  if (expectation.kind === 'set') return expectSet({ ...scene, host: hostOfSet(scene, expectation.where), ...expectation });
  const walked = walkPacket(scene, expectation.given);
  if ('message' in walked) return [{ verdict: 'unmet', reasons: [walked.message], blame: [] }];
  return [{ ...expectPacket(walked.journey, expectation), walked }];
}

/** Where nobody says its addresses, the pod has the one that all packets of the set go to. */
function hostOfSet({ host, assumed }: Scene, where: AskedSet): Scene['host'] {
  const known = ([4, 6] as const).filter((family) => assumed?.families.includes(family) !== true);
  const pinned = pinnedAddress(host, where, known);
  return pinned === undefined ? host : withPodAddress(host, withLength(pinned.address));
}

function toProblem(
  { loaded: { source }, scene, expectation }: Asked,
  { verdict, reasons, journey, packets, blame, walked }: Answered,
): Problem {
  const { text: id, span } = expectation;
  const rules = scene.rulesets.find(({ family }) => family === journey?.packet.family) ?? scene.rulesets[0];
  const ruleSource = rules?.source ?? { file: '', text: '' };
  const kind = verdict === 'undecided' ? 'undecided' : 'failed';
  const witness: TraceInput | undefined =
    walked ?? (journey && { journey, file: ruleSource.file, defaults: [], profile: scene.profile?.name });
  return {
    id,
    level: 'error',
    verdict: kind,
    message: `\`${id}\`: ${reasons.join('; ')}`,
    ...(journey && { family: journey.packet.family === 4 ? 'ipv4' : 'ipv6' }),
    place: { source, span },
    blame: blame.map((rule) => blamed(rule, ruleSource)),
    ...(packets !== undefined && { packets }),
    ...(witness !== undefined && { witness: { ...witness, source: ruleSource } }),
    fingerprint: fingerprintOf({ id, subject: source.file, verdict: kind, witness: journey, rules: blame, says: reasons.join() }),
  };
}
