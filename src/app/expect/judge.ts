/** Expected packets against the rules or the pod that their file names. */

import { type AskedSet, pinnedAddress } from '../../connection/assumedHost.ts';
import { type Bounds, GIVEN_HOST, hostWords, lookupsOf, POD_OF_MANIFEST } from '../../connection/bounds.ts';
import { wantedText } from '../../connection/wantedEnd.ts';
import { withLength, withPodAddress } from '../../host/podAddress.ts';
import { isBudgetReason } from '../../lib/budget.ts';
import { type ExpectationAnswer, expectPacket, expectSet } from '../../query/expectations.ts';
import type { TraceInput } from '../../report/json/traceInput.ts';
import { fingerprintOf } from '../../report/review/fingerprint.ts';
import { blamed } from '../../report/review/fromVerified.ts';
import type { Check, Problem, Subject } from '../../report/review/review.ts';
import type { Diagnostic } from '../../syntax/text/diagnostic.ts';
import type { TraceSetting } from '../trace/setting.ts';
import { walkPacket } from '../trace/walkPacket.ts';
import type { Expectation, LoadedExpectations } from './expectation.ts';

export interface JudgedExpectations {
  readonly subject: Subject;
  /** of the rules that were asked; none of them an error */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ExpectQuestion {
  readonly expected: LoadedExpectations;
  readonly setting: TraceSetting;
  /** of the rules; none of them an error */
  readonly diagnostics: readonly Diagnostic[];
}

export function judgeExpectations(question: ExpectQuestion): JudgedExpectations {
  const { expected, setting } = question;
  const { source, file } = expected;
  const checks = [...outsideCheck(question), ...file.packets.map((expectation) => toCheck({ expected, setting, expectation }))];
  const diagnostics = question.diagnostics.filter(({ kind }) => kind !== 'not-modelled');
  const bounds = boundsOf(question);
  return { subject: { kind: 'expectations', name: source.file, file: source.file, bounds, checks }, diagnostics };
}

/** One packet may be what tells the pod's address. */
function boundsOf({ expected: { file }, setting }: ExpectQuestion): Bounds {
  const { manifest, packets } = file;
  const families = setting.rulesets.map(({ family }) => family);
  const sets = packets.flatMap((one) =>
    one.kind === 'set' ? [hostWords({ ...setting, host: hostOfSet(setting, one.where) }, families)] : [],
  );
  const walked = packets.some(({ kind }) => kind !== 'set') && setting.assumed !== undefined && sets.length === 0 ? ['an assumed pod'] : [];
  const hosts = setting.assumed !== undefined ? [...sets, ...walked] : [manifest === undefined ? GIVEN_HOST : POD_OF_MANIFEST];
  return { families, unjudged: [], hosts: [...new Set(hosts)], ofConnections: 'data', ...lookupsOf(setting.rulesets) };
}

/** A pod that has a proxy and is not captured: whatever its packets are expected to do, this is wrong. */
function outsideCheck({ expected: { source, file }, setting: { outside } }: ExpectQuestion): readonly Check[] {
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
  return [{ id, statement: 'The pod has a proxy, and rules are written for it.', verdict: 'failed', problems: [problem] }];
}

interface Asked {
  readonly expected: LoadedExpectations;
  readonly setting: TraceSetting;
  readonly expectation: Expectation;
}

function toCheck(asked: Asked): Check {
  const { text, wanted, because, kind } = asked.expectation;
  const what = kind === 'set' ? `Every packet of \`${text}\`` : `The packet \`${text}\``;
  const why = because === undefined ? '' : `: ${because.trim().replace(/\.$/, '')}`;
  const known = {
    id: text,
    statement: `${what} ${'outcome' in wanted ? `ends as ${wantedText(wanted)}` : `leaves by ${wanted.leavesOnlyBy.join(' or ')} alone, if at all`}${why}.`,
  };
  const problems = answersOf(asked).flatMap((answer) => (answer.verdict === 'met' ? [] : [toProblem(asked, answer)]));
  const verdict = problems.length === 0 ? 'passed' : problems.some((one) => one.verdict === 'failed') ? 'failed' : 'undecided';
  return { ...known, verdict, problems };
}

/** An answer with the words of the simulator where there is one packet. */
interface Answered extends ExpectationAnswer {
  readonly walked?: TraceInput;
}

function answersOf({ setting, expectation }: Asked): readonly Answered[] {
  if (setting.outside?.walks === false) return [{ verdict: 'undecided', reasons: [setting.outside.says], blame: [] }];
  if (expectation.kind === 'set') return expectSet({ ...setting, host: hostOfSet(setting, expectation.where), ...expectation });
  const walked = walkPacket(setting, expectation);
  if ('message' in walked) return [{ verdict: 'unmet', reasons: [walked.message], blame: [] }];
  const { by, to, wanted } = expectation;
  const also = { ...(by !== undefined && { by }), ...(to !== undefined && { to }) };
  return [{ ...expectPacket(walked.journey, { ...wanted, ...also }), walked }];
}

/** Where its addresses are not given, the pod has the one that all packets of the set go to. */
function hostOfSet({ host, assumed }: TraceSetting, where: AskedSet): TraceSetting['host'] {
  const known = ([4, 6] as const).filter((family) => assumed?.families.includes(family) !== true);
  const pinned = pinnedAddress(host, where, known);
  return pinned === undefined ? host : withPodAddress(host, withLength(pinned.address));
}

function toProblem(
  { expected: { source }, setting, expectation }: Asked,
  { verdict, reasons, journey, packets, blame, walked }: Answered,
): Problem {
  const { text: id, span } = expectation;
  const rules = setting.rulesets.find(({ family }) => family === journey?.packet.family) ?? setting.rulesets[0];
  const ruleSource = rules?.source ?? { file: '', text: '' };
  const kind = verdict === 'undecided' ? 'undecided' : 'failed';
  const says = reasons.join('; ');
  const witness: TraceInput | undefined =
    walked ?? (journey && { journey, file: ruleSource.file, defaults: [], profile: setting.profile?.name });
  return {
    id,
    level: 'error',
    verdict: kind,
    message: `\`${id}\`: ${isBudgetReason(says) ? 'undecided: ' : ''}${says}`,
    ...(journey && { family: journey.packet.family === 4 ? 'ipv4' : 'ipv6' }),
    place: { source, span },
    blame: blame.map((rule) => blamed(rule, ruleSource)),
    ...(packets !== undefined && { packets }),
    ...(witness !== undefined && { witness: { ...witness, source: ruleSource } }),
    fingerprint: fingerprintOf({ id, subject: source.file, verdict: kind, witness: journey, rules: blame, says: reasons.join() }),
  };
}
