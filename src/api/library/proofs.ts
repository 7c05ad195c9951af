/** Questions about all packets: claims, differences, and which packets have an outcome. */
import { rulePair } from '../../app/diff/rulePair.ts';
import { findIn } from '../../app/find/find.ts';
import { withFixes } from '../../app/fix/fixes.ts';
import { NO_PACKET } from '../../connection/askedPackets.ts';
import { OUTCOMES, type Outcome } from '../../connection/journey.ts';
import type { HostDescription } from '../../host/hostDescription.ts';
import type { Family } from '../../packet/address.ts';
import { packetText } from '../../packet/notation.ts';
import { diffSubjects } from '../../pods/compareSubjects.ts';
import { podsOf } from '../../pods/familiesOfPod.ts';
import { type Verified, verifyRulesets } from '../../prove/judge/verifyRules.ts';
import type { ClaimId } from '../../prove/proof/claimId.ts';
import { type DiffReport, toDiffReport } from '../../report/json/diff.ts';
import type { FindReport } from '../../report/json/find.ts';
import { toVerifyReport, type VerifyReport } from '../../report/json/verify.ts';
import { withOrigin } from './answers.ts';
import { givenPlace, packetSetFrom, SETTING_OPTIONS, type SettingOptions } from './input.ts';
import { InputError } from './inputError.ts';
import { CLAIM_ID_OPTION, checkOptions, FAMILIES, type OptionKinds, OUTCOME, WHERE_OPTION } from './options.ts';
import { type RulesInput, rulesetsOf } from './rules.ts';
import type { TraceOptions } from './trace.ts';

export interface DiffOptions extends SettingOptions {
  /** the host around one side alone, instead of `host`: the same or other rules with a tunnel up and down */
  readonly baseHost?: HostDescription | undefined;
  readonly headHost?: HostDescription | undefined;
  /** a set of packets in notation; absent: all */
  readonly where?: string;
}

type SetOptions = SettingOptions & Pick<DiffOptions, 'where'>;

export interface VerifyRulesOptions extends SettingOptions {
  /** ids of claims; absent: all */
  readonly only?: readonly ClaimId[];
  readonly except?: readonly ClaimId[];
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  /** families to check even without rules */
  readonly families?: readonly Family[];
  /** also look for edits that are proved to fix errors and to break nothing: `fix` of a finding. It takes longer */
  readonly fixes?: boolean;
}

const SET_OPTIONS: OptionKinds<SetOptions> = { ...SETTING_OPTIONS, where: WHERE_OPTION };
export const DIFF_OPTIONS: OptionKinds<DiffOptions> = { ...SET_OPTIONS, baseHost: 'anything', headHost: 'anything' };
const VERIFY_OPTIONS: OptionKinds<VerifyRulesOptions> = {
  ...SET_OPTIONS,
  only: CLAIM_ID_OPTION,
  except: CLAIM_ID_OPTION,
  families: FAMILIES,
  fixes: 'flag',
};

/** Every claim of the mesh, proved or broken by a packet. Rulesets of one source belong together.
 *  @throws InputError when the host, the profile, a claim or the set of packets cannot be read, and when the set contains no packets */
export function verify(rules: RulesInput, given: VerifyRulesOptions = {}): VerifyReport {
  const pods = verifiedPods(rules, given);
  const report = toVerifyReport(pods);
  const witnesses = pods.flatMap(({ findings }) => findings.map(({ witness }) => witness));
  for (const [index, { witness, file }] of report.findings.entries()) {
    const journey = witnesses[index];
    if (witness !== null && journey !== undefined)
      withOrigin(witness, { kind: 'trace', input: { journey, file, defaults: [], profile: witness.profile ?? undefined } });
  }
  return withOrigin(report, { kind: 'verify', pods });
}

/** The same before it is JSON: one answer for each pod or machine. @throws InputError */
export function verifiedPods(rules: unknown, given: VerifyRulesOptions): readonly Verified[] {
  checkOptions(given, VERIFY_OPTIONS);
  const { host: _host, podIps: _podIps, profile: _profile, where, budget, fixes = false, ...options } = given;
  const rulesets = rulesetsOf(rules, options);
  const settings = {
    ...options,
    limits: () => budget ?? {},
    ...givenPlace(given),
    ...(where !== undefined && { where: packetSetFrom(where) }),
  };
  const pods = podsOf(rulesets).map((pod) => verifyRulesets(pod, settings));
  if (pods.every(({ asksNothing }) => asksNothing === true)) throw new InputError([NO_PACKET]);
  return fixes ? withFixes(pods, { rules: { sources: [], reading: {} }, options: settings }) : pods;
}

/** The packets that are treated differently under `head` than under `base`, family by family; `equivalent` is a proof over all of them.
 *  @throws InputError when the host, the profile or the set of packets cannot be read, and when the set contains no packets */
export function diff(base: RulesInput, head: RulesInput, options: DiffOptions = {}): DiffReport {
  const { report, examples } = comparedRules({ base, head }, options);
  return withOrigin(report, { kind: 'diff', examples });
}

export interface ComparedRules {
  readonly report: DiffReport;
  /** the packet of each change, in words */
  readonly examples: readonly string[];
}

/** @throws InputError */
export function comparedRules(given: Readonly<Record<'base' | 'head', unknown>>, options: DiffOptions): ComparedRules {
  checkOptions(options, DIFF_OPTIONS);
  const where = options.where === undefined ? undefined : packetSetFrom(options.where);
  const side = (name: 'base' | 'head') => {
    const rulesets = rulesetsOf(given[name], options);
    const own = options[`${name}Host`];
    const { file } = rulesets[0]?.source ?? { file: name };
    const place = givenPlace(own === undefined ? options : { ...options, host: own });
    const host = place.host && own !== undefined ? { ...place.host, called: `the host of the ${name}` } : place.host;
    return { name: file, file, rulesets, given: { ...place, ...(host !== undefined && { host }) } };
  };
  const { base, head } = rulePair({ base: side('base'), head: side('head') }, where);
  const compared = diffSubjects({ base, head }, { where, limits: () => options.budget ?? {} }, { proved: new Map() });
  if (compared.asksNothing === true) throw new InputError([NO_PACKET]);
  const { diffs } = compared;
  const report = toDiffReport({
    ...compared,
    files: { base: base.file, head: head.file },
    profile: (base.profile ?? head.profile)?.name,
    assumptions: base.assumptions ?? [],
    hosts: [base.hostIs, head.hostIs],
  });
  return { report, examples: diffs.flatMap(({ changes }) => changes.map(({ example }) => packetText(example))) };
}

export interface FindOptions extends Omit<TraceOptions, 'connection' | 'same'> {
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  readonly outcome: Outcome;
}

const FIND_OPTIONS: OptionKinds<FindOptions> = { ...SETTING_OPTIONS, verbose: 'flag', where: WHERE_OPTION, outcome: OUTCOME };

/** The packets of a set that can have an outcome; `empty` is a proof over all of them.
 *  @throws InputError when the host, the profile, the outcome or the set of packets cannot be read, and when the set contains no packets */
export function find(rules: RulesInput, options: FindOptions): FindReport {
  checkOptions(options, FIND_OPTIONS);
  if (options?.outcome === undefined) throw new InputError([`\`find\` needs an \`outcome\`: one of ${OUTCOMES.join(', ')}`]);
  const all = rulesetsOf(rules, options);
  const { outcome } = options;
  const where = packetSetFrom(options.where ?? '');
  const answer = findIn({ rulesets: all, where, outcome, place: givenPlace(options), limits: options.budget ?? {} });
  if (answer === undefined) throw new InputError([NO_PACKET]);
  // plain data, which keeps no proof in memory
  const report = { ...answer.report, classes: answer.report.classes.map((one) => ({ ...one })) };
  return withOrigin(report, { kind: 'find', answer, outcome });
}
