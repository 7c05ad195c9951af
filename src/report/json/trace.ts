/** JSON of a traced packet, schema chainwalk/trace/v1: types and the one place that builds them. Scripts rely on it: fields are added only. */
import type { Journey, Leg, Path } from '../../connection/journey.ts';
import { unknownProxyText } from '../../connection/unknownProxy.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { endpointText } from '../../packet/notation.ts';
import { defaultKeys, type PacketJson, toPacketJson } from '../../packet/packetJson.ts';
import type { Counters } from '../../ruleset/counters.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Choice, Fate, Unanswered, Verdict, WalkStep } from '../../simulate/trace.ts';
import { type TraceConnection, toConnection } from '../text/connection.ts';
import { sawJson } from '../text/observedValues.ts';
import { type TraceAfter, toAfter } from './after.ts';
import { type AnsweredRules, countersIn } from './answeredRules.ts';
import { type KernelKeys, toTracedKernel } from './tracedKernel.ts';
import { type TracedSame, toTracedSame } from './tracedSame.ts';
import { toTracedWhyNot, type WhyNotKeys } from './tracedWhyNot.ts';
import type { TraceInput } from './traceInput.ts';

export interface Trace extends Partial<WhyNotKeys>, KernelKeys {
  readonly schema: 'chainwalk/trace/v1';
  readonly packet: PacketJson;
  readonly outcome: Journey['outcome'];
  /** the legs of the first branch */
  readonly legs: readonly TraceLeg[];
  /** for `loop`: index of the leg to which the last one returns */
  readonly cycleFrom?: number;
  /** who took the packet in the end, when it is not known what is sent for it: whether a loop follows is open */
  readonly unknown?: string;
  /** every way the packet may go, when there is more than one; the first is the one in `legs` */
  readonly branches?: readonly TraceBranch[];
  /** there are more branches than were walked */
  readonly truncated?: true;
  /** of a packet with a state: the connection that it is assumed to belong to */
  readonly connection?: TraceConnection;
  /** `budget: ` and the limit at which walking ended, or why the rules are not known; the outcome is then undecided */
  readonly reason?: string;
  /** why the pod is not captured, though it has a proxy */
  readonly notCaptured?: string;
  /** why the pod of a manifest has no rules of the packet's family, or no address of it */
  readonly because?: string;
  /** what is known of the pod beside its rules */
  readonly notes?: readonly string[];
  /** what makes the answer doubtful though it follows from the rules */
  readonly warnings?: readonly string[];
  /** keys of the packet that were not given */
  readonly defaults: readonly string[];
  /** name of the mesh profile; null: no mesh */
  readonly profile: string | null;
  readonly assumptions: readonly Assumption[];
  /** absent where chance or something unmodelled decides, for very large rulesets and for streams of packets */
  readonly same?: TracedSame;
  /** deleted from the text, the packet has the outcome of --why-not */
  readonly whyNotWithout?: TraceRule;
}

export interface TraceBranch {
  readonly outcome: Path['outcome'];
  readonly choices: readonly TraceChoice[];
  readonly legs: readonly TraceLeg[];
  readonly cycleFrom?: number;
}

export interface TraceLeg {
  readonly sender: string;
  readonly packet: PacketJson;
  readonly steps: readonly TraceStep[];
  readonly fate: TraceFate;
  readonly after: TraceAfter;
  /** role of the listener that took the packet */
  readonly role?: string;
}

export interface TraceRule {
  readonly table: string;
  readonly chain: string;
  /** 1-based position in its chain */
  readonly rule: number;
  readonly text: string;
  readonly file: string;
  readonly line: number;
  /** what the kernel had counted when the dump was printed; absent: the text has no counters */
  readonly counters?: Counters;
}

export interface TraceChoice {
  readonly why: Choice['why'];
  readonly what: string;
  readonly taken: string;
  readonly probability?: number;
  readonly rule?: TraceRule;
}

export type TraceStep =
  | { readonly kind: 'hook'; readonly hook: string; readonly iif?: string; readonly oif?: string }
  | ({ readonly kind: 'rule'; readonly hook: string; readonly verdict: Verdict; readonly target?: string } & TraceRule)
  | ({
      readonly kind: 'miss';
      readonly hook: string;
      readonly clause: string;
      readonly saw: Readonly<Record<string, number | string | null>>;
    } & TraceRule)
  | {
      readonly kind: 'policy';
      readonly hook: string;
      readonly table: string;
      readonly chain: string;
      readonly verdict: 'ACCEPT' | 'DROP';
    }
  | { readonly kind: 'end'; readonly hook: string; readonly table: string; readonly chain: string }
  | { readonly kind: 'conntrack'; readonly hook: string; readonly state: string; readonly zone: number }
  | { readonly kind: 'nat'; readonly hook: string; readonly manip: 'src' | 'dst'; readonly from: string; readonly to: string }
  | { readonly kind: 'mark'; readonly hook: string; readonly on: 'packet' | 'connection'; readonly value: number }
  | { readonly kind: 'field'; readonly hook: string; readonly field: 'tos' | 'ttl' | 'flags'; readonly value: number }
  | { readonly kind: 'route'; readonly again: boolean; readonly local: boolean; readonly table: string; readonly oif?: string }
  | { readonly kind: 'divert'; readonly hook: string; readonly port: number; readonly found: boolean }
  | { readonly kind: 'choice'; readonly hook: string; readonly choice: TraceChoice };

export type TraceFate =
  | { readonly kind: 'delivered'; readonly process?: string; readonly listener?: number; readonly transparent?: true }
  | { readonly kind: 'sent' | 'forwarded'; readonly oif: string }
  | { readonly kind: 'dropped'; readonly by?: TraceRule; readonly unanswered?: TraceUnanswered }
  | { readonly kind: 'rejected'; readonly with: string; readonly by: TraceRule }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'undecided'; readonly reasons: readonly TraceChoice[] };

/** Where the answer of the REJECT rule ends: by a rule, by the policy of a table, or outside the rules. */
export interface TraceUnanswered {
  readonly hook?: string;
  readonly rule?: TraceRule;
  readonly policy?: string;
  readonly reason?: string;
}

export function toTrace(input: TraceInput): Trace {
  const { journey, file, defaults, assumptions = [], profile, same, outside, because, notes = [], warnings = [], source } = input;
  const [first] = journey.paths;
  const from = { file, source };
  return {
    schema: 'chainwalk/trace/v1',
    packet: toPacketJson(journey.packet),
    outcome: journey.outcome,
    legs: first?.legs.map((leg) => toLeg(leg, from)) ?? [],
    ...(first?.cycleFrom !== undefined && { cycleFrom: first.cycleFrom }),
    ...(first?.unknown !== undefined && { unknown: unknownProxyText(first.unknown) }),
    ...(journey.paths.length > 1 && { branches: journey.paths.map((path) => toBranch(path, from)) }),
    ...(journey.truncated && { truncated: true }),
    ...(journey.membership !== undefined && { connection: toConnection(journey.membership) }),
    ...(journey.spent !== undefined && { reason: `budget: ${journey.spent}` }),
    ...(outside !== undefined && (first === undefined ? { reason: outside } : { notCaptured: outside })),
    ...(because !== undefined && { because }),
    ...(notes.length > 0 && { notes }),
    ...(warnings.length > 0 && { warnings }),
    defaults: defaultKeys(defaults),
    profile: profile ?? null,
    assumptions,
    ...(same !== undefined && { same: toTracedSame(same) }),
    ...(input.whyNot !== undefined && toTracedWhyNot(input.whyNot)),
    ...(input.whyNot?.without && { whyNotWithout: toTraceRule(input.whyNot.without, file) }),
    ...toTracedKernel(input.kernel),
  };
}

export function toTraceRule(rule: Rule, file: string): TraceRule {
  return { table: rule.table, chain: rule.chain, rule: rule.number, text: rule.text, file, line: rule.line };
}

function toBranch(path: Path, from: AnsweredRules): TraceBranch {
  return {
    outcome: path.outcome,
    choices: path.choices.map((choice) => toChoice(choice, from.file)),
    legs: path.legs.map((leg) => toLeg(leg, from)),
    ...(path.cycleFrom !== undefined && { cycleFrom: path.cycleFrom }),
  };
}

function toLeg({ sender, walk, role }: Leg, from: AnsweredRules): TraceLeg {
  return {
    sender,
    packet: toPacketJson(walk.packet),
    steps: walk.steps.map((step) => toStep(step, from)),
    fate: toFate(walk.fate, from.file),
    after: toAfter(walk.after, walk.packet.proto),
    ...(role !== undefined && { role }),
  };
}

function toStep(step: WalkStep, from: AnsweredRules): TraceStep {
  const { file } = from;
  switch (step.kind) {
    case 'rule': {
      const { hook, rule, verdict } = step;
      return {
        kind: 'rule',
        hook,
        ...toTraceRule(rule, file),
        ...countersIn(rule, from),
        verdict,
        ...(rule.target !== undefined && { target: rule.target }),
      };
    }
    case 'miss': {
      const { hook, rule, clause, saw } = step;
      return { kind: 'miss', hook, ...toTraceRule(rule, file), ...countersIn(rule, from), clause: clause.text, saw: sawJson(saw) };
    }
    case 'nat':
      return { ...step, from: endpointText(step.from), to: endpointText(step.to) };
    case 'choice':
      return { kind: 'choice', hook: step.hook, choice: toChoice(step.choice, file) };
    default:
      return step;
  }
}

function toChoice({ why, what, taken, probability, rule }: Choice, file: string): TraceChoice {
  const by = rule === undefined ? {} : { rule: toTraceRule(rule, file) };
  return { why, what, taken, ...(probability !== undefined && { probability }), ...by };
}

function toFate(fate: Fate, file: string): TraceFate {
  switch (fate.kind) {
    case 'delivered':
      return {
        kind: 'delivered',
        ...(fate.process !== undefined && { process: fate.process }),
        ...(fate.listener !== undefined && { listener: fate.listener }),
        ...(fate.transparent && { transparent: true }),
      };
    case 'dropped':
      return {
        kind: 'dropped',
        ...(fate.by !== undefined && { by: toTraceRule(fate.by, file) }),
        ...(fate.unanswered !== undefined && { unanswered: toUnanswered(fate.unanswered, file) }),
      };
    case 'rejected':
      return { kind: 'rejected', with: fate.with, by: toTraceRule(fate.by, file) };
    case 'undecided':
      return { kind: 'undecided', reasons: fate.reasons.map((reason) => toChoice(reason, file)) };
    default:
      return fate;
  }
}

function toUnanswered({ hook, by, table, reason }: Unanswered, file: string): TraceUnanswered {
  return {
    ...(hook !== undefined && { hook }),
    ...(by !== undefined && { rule: toTraceRule(by, file) }),
    ...(table !== undefined && { policy: `${table} ${hook}` }),
    ...(reason !== undefined && { reason }),
  };
}
