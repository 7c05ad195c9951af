/** JSON of a traced packet, schema chainwalk/trace/v1: types and the one place that builds them. Scripts rely on it: fields are added only. */
import type { Journey, Leg, Path } from '../../connection/journey.ts';
import { unknownProxyText } from '../../connection/unknownProxy.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import { defaultKeys, type PacketJson, toPacketJson } from '../../packet/packetJson.ts';
import { type TraceConnection, toConnection } from '../text/connection.ts';
import type { AnsweredRules } from './answeredRules.ts';
import { type TraceConversation, toConversation } from './connection.ts';
import { type KernelKeys, toTracedKernel } from './tracedKernel.ts';
import { type TracedSame, toTracedSame } from './tracedSame.ts';
import { toTracedWhyNot, type WhyNotKeys } from './tracedWhyNot.ts';
import type { TraceInput } from './traceInput.ts';
import { type TraceChoice, type TraceRule, type TraceWalk, toTraceChoice, toTraceRule, toWalk } from './walk.ts';

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
  /** that of the first leg; of a packet with a state: the one that it is assumed to belong to */
  readonly connection?: TraceConversation | TraceConnection;
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

export interface TraceLeg extends TraceWalk {
  readonly sender: string;
  /** role of the listener that took the packet */
  readonly role?: string;
  /** that its packet opens */
  readonly connection?: TraceConversation;
}

export function toTrace(input: TraceInput): Trace {
  const { journey, file, defaults, assumptions = [], profile, same, outside, because, notes = [], warnings = [], source } = input;
  const [first] = journey.paths;
  const from = { file, source };
  const legs = first?.legs.map((leg) => toLeg(leg, from)) ?? [];
  const connection = legs[0]?.connection;
  return {
    schema: 'chainwalk/trace/v1',
    packet: toPacketJson(journey.packet),
    outcome: journey.outcome,
    legs,
    ...(first?.cycleFrom !== undefined && { cycleFrom: first.cycleFrom }),
    ...(first?.unknown !== undefined && { unknown: unknownProxyText(first.unknown) }),
    ...(journey.paths.length > 1 && { branches: journey.paths.map((path) => toBranch(path, from)) }),
    ...(journey.truncated && { truncated: true }),
    ...(connection && { connection }),
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

function toBranch(path: Path, from: AnsweredRules): TraceBranch {
  return {
    outcome: path.outcome,
    choices: path.choices.map((choice) => toTraceChoice(choice, from.file)),
    legs: path.legs.map((leg) => toLeg(leg, from)),
    ...(path.cycleFrom !== undefined && { cycleFrom: path.cycleFrom }),
  };
}

function toLeg(leg: Leg, from: AnsweredRules): TraceLeg {
  const { sender, walk, role } = leg;
  const connection = toConversation(leg, from);
  return { sender, ...toWalk(walk, from), ...(role !== undefined && { role }), ...(connection && { connection }) };
}
