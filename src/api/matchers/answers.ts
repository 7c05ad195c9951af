/** The matchers, each as a function of what it is given to what is known. */

import { isOutcome, OUTCOMES } from '../../connection/journey.ts';
import { BudgetError } from '../../lib/budget.ts';
import { nearest } from '../../lib/nearest.ts';
import { printable } from '../../lib/printable.ts';
import { packetText } from '../../packet/notation.ts';
import type { Verified } from '../../prove/judge/verifyRules.ts';
import type { ClaimId } from '../../prove/proof/claimId.ts';
import type { Finding } from '../../prove/proof/finding.ts';
import { humanDiff } from '../../report/human/diff.ts';
import { humanVerify } from '../../report/human/verify.ts';
import type { DiffReport } from '../../report/json/diff.ts';
import { OUTCOME_WORDS } from '../../report/text/labels.ts';
import { PLAIN } from '../../report/text/paint.ts';
import { parsePacket } from '../../syntax/packets/parsePacket.ts';
import { parsePacketSet } from '../../syntax/packets/parsePacketSet.ts';
import { isGenerated } from '../arbitraries/generated.ts';
import { type PacketInput, SETTING_OPTIONS, type SettingOptions } from '../library/input.ts';
import { InputError } from '../library/inputError.ts';
import { checkOptions, type OptionKinds, WHERE_OPTION } from '../library/options.ts';
import { comparedRules, DIFF_OPTIONS, type DiffOptions, verifiedPods } from '../library/proofs.ts';
import { rulesetsOf } from '../library/rules.ts';
import { shownValue } from '../library/shown.ts';
import { type MatcherAnswer, open } from './answer.ts';
import { endText, placedRule } from './endText.ts';
import { askPacket, WIDTH } from './onePacket.ts';
import { askSet } from './packetSet.ts';
import { reach, type Wish } from './wish.ts';

/** One packet in notation or object form, or a set of them: a text that is not a single packet, or `{ where }`. */
export type PacketsInput = PacketInput | { readonly where: string };

/** The other rules are the base. */
export type EquivalenceOptions = DiffOptions;

const HOLDING: OptionKinds<HoldOptions> = { ...SETTING_OPTIONS, where: WHERE_OPTION };

export interface HoldOptions extends SettingOptions {
  /** a set of packets in notation; absent: all */
  readonly where?: string;
  /** of the proxy, where the rules differ from the mesh's */
  readonly proxyUid?: number;
  readonly proxyGid?: number;
}

interface Asked<Options> {
  readonly options: Options;
  /** for the words */
  readonly isNot: boolean;
}

interface AskedPackets extends Asked<SettingOptions> {
  readonly packets: unknown;
  readonly wish: Wish | (() => Wish);
}

/** What cannot be read, or is too hard, passes neither way, here as below. */
export function packetsAnswer(rules: unknown, { packets, wish, isNot, options }: AskedPackets): MatcherAnswer {
  return readable(() => {
    checkOptions(options, SETTING_OPTIONS);
    const rulesets = rulesetsOf(rules, options);
    const where = setOf(packets);
    const question = { rulesets, wish: typeof wish === 'function' ? wish() : wish, isNot };
    if (where !== undefined) return askSet({ ...question, where }, options);
    return askPacket({ ...question, packet: packets as PacketInput, brief: isGenerated(packets) }, options);
  });
}

/** @throws InputError */
export function reachWish(end: unknown): Wish {
  if (typeof end === 'number' && Number.isInteger(end) && end >= 0 && end <= 65535) return reach(end);
  if (end === 'undecided') throw new InputError(['`undecided` is no end: what is undecided passes neither way']);
  if (isOutcome(end)) return reach(end);
  const meant = typeof end === 'string' ? nearest(end, OUTCOMES) : undefined;
  throw new InputError([`${shownValue(end)} is neither an outcome nor a port${meant === undefined ? '' : `: did you mean \`${meant}\`?`}`]);
}

/** A text that is not a packet but a set; what is neither is shown as the packet that it should be. */
function setOf(packets: unknown): string | undefined {
  if (typeof packets === 'string') {
    const isPacket = parsePacket({ file: 'packet', text: packets }).packet !== undefined;
    return isPacket || parsePacketSet({ file: 'where', text: packets }).set === undefined ? undefined : packets;
  }
  if (typeof packets !== 'object' || packets === null || !('where' in packets)) return undefined;
  checkOptions<{ readonly where: string }>(packets as { readonly where: string }, { where: WHERE_OPTION });
  return packets.where as string;
}

/** A claim by its id, or every claim of level error. */
export function holdAnswer(
  rules: unknown,
  { claim, isNot, options }: Asked<HoldOptions> & { readonly claim?: ClaimId | undefined },
): MatcherAnswer {
  return readable(() => {
    checkOptions(options, HOLDING);
    const pods = verifiedPods(rules, { ...options, ...(claim !== undefined && { only: [claim] }) });
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
    const report = () => humanVerify(judged, { paint: PLAIN, width: WIDTH, detailed: true });
    return { verdict, message: () => `${wanted}; ${verdictText(pods, findings, claim === undefined)}\n\n${report()}` };
  });
}

/** The first that does not hold, with its packet and its rule. `named`: which claim it is has to be said. */
function verdictText(pods: readonly Verified[], findings: readonly Finding[], named: boolean): string {
  const broken = findings.filter(({ verdict }) => verdict === 'violated');
  const [first, ...more] = broken.length > 0 ? broken : findings.filter(({ verdict }) => verdict === 'undecided');
  if (first === undefined) return findings.length === 1 ? 'it holds' : `all ${findings.length} hold`;
  const { claim, verdict, witness, blame, reason, family } = first;
  const pod = pods.find((one) => one.findings.includes(first));
  const file = pod?.rulesets.find((one) => one.family === family)?.source.file ?? '';
  const which = named ? `\`${claim}\`` : 'it';
  const rest = more.length === 0 ? '' : `; and ${more.length} more`;
  if (verdict === 'undecided') return `${which} is undecided${reason === undefined ? '' : `: ${reason}`}${rest}`;
  const [rule] = blame;
  const shown = witness && `\`${packetText(witness.packet)}\` ${endText(witness, file)}`;
  const said = shown ?? [reason, rule && placedRule(rule, file)].filter((part) => part !== undefined).join(': ');
  return `${which} does not${said === '' ? '' : `: ${said}`}${rest}`;
}

function reasonOf(pods: readonly Verified[]): string {
  if (pods.every(({ profile }) => profile === undefined)) return 'they are of no mesh';
  const reasons = pods.flatMap(({ findings }) => findings.flatMap(({ reason }) => reason ?? []));
  return [...new Set(reasons)].join('; ') || 'nothing to check';
}

export function equivalenceAnswer(
  rules: unknown,
  { other, isNot, options }: Asked<EquivalenceOptions> & { readonly other: unknown },
): MatcherAnswer {
  return readable(() => {
    checkOptions(options, DIFF_OPTIONS);
    const { report, examples } = comparedRules({ base: other, head: rules }, options);
    const verdict = report.equivalent ? 'yes' : report.changes.length > 0 ? 'no' : 'open';
    const wanted = `expected the rules ${isNot ? 'not ' : ''}to treat every packet as the others (base) do`;
    const shown = () => humanDiff({ report, examples, edits: [] }, { paint: PLAIN, width: WIDTH, most: MOST, detailed: true });
    return { verdict, message: () => `${wanted}; ${changeText(report, examples)}\n\n${shown()}` };
  });
}

function changeText({ changes, undecided }: DiffReport, examples: readonly string[]): string {
  const at = Math.max(
    0,
    changes.findIndex(({ usual }) => usual === 'ordinary'),
  );
  const change = changes[at];
  if (change === undefined) return undecided.length === 0 ? 'they do' : `it is undecided: ${undecided[0]?.reason}`;
  const { base, head } = change;
  const rule = head.rule ?? base.rule;
  const by = rule === null ? '' : ` by ${rule.chain} ${rule.rule} (${rule.file}:${rule.line}: ${printable(rule.text)})`;
  return `\`${examples[at]}\` is ${OUTCOME_WORDS[base.outcome]} there, ${OUTCOME_WORDS[head.outcome]} here${by}`;
}

/** Kinds of change that are shown. */
const MOST = 5;

function readable(answer: () => MatcherAnswer): MatcherAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof InputError) return open(() => error.message);
    if (error instanceof BudgetError) return open(() => `this is too hard to prove: ${error.message}`);
    throw error;
  }
}
