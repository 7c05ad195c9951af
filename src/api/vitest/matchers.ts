/** The matchers, each as a function of what it is given to what is known. */

import { unsaidOfArrivals } from '../../connection/assumedHost.ts';
import { hostWords } from '../../connection/bounds.ts';
import { isOutcome, OUTCOMES, type Outcome } from '../../connection/journey.ts';
import { placeAssumptions } from '../../connection/setting.ts';
import { diffRulesets } from '../../diff/rulesets.ts';
import { BudgetError } from '../../lib/budget.ts';
import { nearest } from '../../lib/nearest.ts';
import { valueText } from '../../lib/valueText.ts';
import { packetText } from '../../packet/notation.ts';
import type { PacketJson } from '../../packet/packetJson.ts';
import { podsOf } from '../../pods/familiesOfPod.ts';
import { type Verified, verifyRulesets } from '../../prove/judge/verifyRules.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import { humanDiff } from '../../report/human/diff.ts';
import { humanVerify } from '../../report/human/verify.ts';
import { toDiffReport } from '../../report/json/diff.ts';
import { PLAIN } from '../../report/text/paint.ts';
import { parsePacket } from '../../syntax/packets/parsePacket.ts';
import { isGenerated } from '../arbitraries/generated.ts';
import {
  givenPlace,
  InputError,
  librarySettingOf,
  packetSetFrom,
  type RulesInput,
  rulesetsOf,
  SETTING_OPTIONS,
  type SettingOptions,
} from '../library/input.ts';
import { CLAIM_ID_OPTION, checkOptions, type OptionKinds, WHERE_OPTION } from '../library/options.ts';
import { type MatcherAnswer, open } from './answer.ts';
import { askPacket, WIDTH } from './onePacket.ts';
import { askSet } from './packetSet.ts';
import { reach, type Wish } from './wish.ts';

/** One packet in notation or object form, or a set of them: a text that is no single packet, or `{ where }`. */
export type PacketsInput = string | Partial<PacketJson> | { readonly where: string };

export interface EquivalenceOptions extends SettingOptions {
  /** only these packets are compared; absent: all */
  readonly where?: string;
}

const EQUIVALENCE_OPTIONS: OptionKinds<EquivalenceOptions & HoldOptions> = { ...SETTING_OPTIONS, where: WHERE_OPTION };

export interface HoldOptions extends SettingOptions {
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  /** of the proxy, where the rules say otherwise than the mesh */
  readonly proxyUid?: number;
  readonly proxyGid?: number;
}

interface Asked<Options> {
  readonly options: Options;
  /** for the words */
  readonly isNot: boolean;
}

interface AskedPackets extends Asked<SettingOptions> {
  readonly packets: PacketsInput;
  readonly wish: Wish;
}

/** What cannot be read, or is too hard, passes neither way, here as below. */
export function packetsAnswer(rules: unknown, { packets, wish, isNot, options }: AskedPackets): MatcherAnswer {
  return readable(() => {
    checkOptions(options, SETTING_OPTIONS);
    const rulesets = rulesetsOf(rules as RulesInput, options);
    const where = setOf(packets);
    if (where !== undefined) return askSet({ rulesets, where, wish, isNot }, options);
    return askPacket({ rulesets, packet: packets as string | Partial<PacketJson>, wish, isNot, brief: isGenerated(packets) }, options);
  });
}

export function reachWish(end: Outcome | number): Wish {
  if (typeof end !== 'number' && !isOutcome(end))
    throw new InputError([`\`${valueText(end)}\` is neither an outcome nor a port${meantOf(end)}`]);
  return reach(end);
}

function meantOf(end: unknown): string {
  const meant = typeof end === 'string' ? nearest(end, OUTCOMES) : undefined;
  return meant === undefined ? '' : `: did you mean \`${meant}\`?`;
}

function setOf(packets: PacketsInput): string | undefined {
  if (typeof packets === 'object') {
    if (!('where' in packets)) return undefined;
    checkOptions(packets, { where: WHERE_OPTION });
    return packets.where;
  }
  return parsePacket({ file: 'packet', text: packets }).packet === undefined ? packets : undefined;
}

/** A claim by its id, or every claim of level error. */
export function holdAnswer(
  rules: unknown,
  { claim, isNot, options }: Asked<HoldOptions> & { readonly claim?: string | undefined },
): MatcherAnswer {
  return readable(() => {
    checkOptions({ ...options, only: claim === undefined ? [] : [claim] }, { ...EQUIVALENCE_OPTIONS, only: CLAIM_ID_OPTION });
    const rulesets = rulesetsOf(rules as RulesInput, options);
    const { host: _host, podIps: _podIps, where, budget = {}, ...rest } = options;
    const settings = {
      ...rest,
      limits: () => budget,
      ...givenPlace(options),
      ...(where !== undefined && { where: packetSetFrom(where) }),
      ...(claim !== undefined && { only: [claim] }),
    };
    const pods = podsOf(rulesets).map((pod) => verifyRulesets(pod, settings));
    const isAsked = ({ level }: Finding): boolean => claim !== undefined || level === 'error';
    // what is open beside them is told, and decides nothing
    const judged = pods.map((pod) => ({
      ...pod,
      notes: [],
      findings: pod.findings.filter((one) => isAsked(one) || (one.verdict === 'undecided' && one.level === 'warning')),
    }));
    const findings = pods.flatMap((pod) => pod.findings).filter((one) => isAsked(one) && one.verdict !== 'not-applicable');
    const wanted = `expected ${claim === undefined ? 'every claim of level error' : `\`${claim}\``} ${isNot ? 'not ' : ''}to hold`;
    if (findings.length === 0)
      return open(() => `${wanted}, but ${claim === undefined ? 'none applies' : 'it does not apply'} to the rules: ${reasonOf(pods)}`);
    const verdicts = findings.map(({ verdict }) => verdict);
    const verdict = verdicts.includes('violated') ? 'no' : verdicts.includes('undecided') ? 'open' : 'yes';
    return { verdict, message: () => `${wanted}\n\n${humanVerify(judged, { paint: PLAIN, width: WIDTH, detailed: true })}` };
  });
}

function reasonOf(pods: readonly Verified[]): string {
  if (pods.every(({ profile }) => profile === undefined)) return 'they are of no mesh';
  const reasons = pods.flatMap(({ findings }) => findings.flatMap(({ reason }) => reason ?? []));
  return [...new Set(reasons)].join('; ') || 'nothing to judge';
}

export function equivalenceAnswer(
  rules: unknown,
  { other, isNot, options }: Asked<EquivalenceOptions> & { readonly other: RulesInput },
): MatcherAnswer {
  return readable(() => {
    checkOptions(options, EQUIVALENCE_OPTIONS);
    const sides = { base: rulesetsOf(other, options), head: rulesetsOf(rules as RulesInput, options) };
    const where = options.where === undefined ? undefined : packetSetFrom(options.where);
    const setting = librarySettingOf([...sides.base, ...sides.head], options, { shownBy: sides.base, where });
    const { diffs, notes } = diffRulesets(sides.base, sides.head, {
      ...setting,
      limits: () => options.budget ?? {},
      unsaid: unsaidOfArrivals(setting.assumed, where?.dir),
      ...(where !== undefined && { where }),
    });
    const files = { base: sides.base[0]?.source.file ?? '', head: sides.head[0]?.source.file ?? '' };
    const report = toDiffReport({
      diffs,
      files,
      profile: setting.profile?.name,
      notes,
      hosts: [
        hostWords(
          setting,
          [...sides.base, ...sides.head].map(({ family }) => family),
        ),
      ],
      narrowed: where !== undefined,
      assumptions: placeAssumptions(setting, [...sides.base, ...sides.head]),
    });
    const examples = diffs.flatMap(({ changes }) => changes.map(({ example }) => packetText(example)));
    const verdict = report.equivalent ? 'yes' : report.changes.length > 0 ? 'no' : 'open';
    const wanted = `expected the rules ${isNot ? 'not ' : ''}to treat every packet as the others (base) do`;
    return {
      verdict,
      message: () => `${wanted}\n\n${humanDiff({ report, examples, edits: [] }, { paint: PLAIN, width: WIDTH, most: MOST })}`,
    };
  });
}

/** Kinds of change that are shown. */
const MOST = 5;

function readable(answer: () => MatcherAnswer): MatcherAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof InputError) return open(() => error.problems.join('\n'));
    if (error instanceof BudgetError) return open(() => `this is too hard to prove: ${error.message}`);
    throw error;
  }
}
