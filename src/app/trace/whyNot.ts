/** Why a traced packet does not have an outcome. The symbolic engine is loaded with this file. */
import { unsaidOfArrivals } from '../../connection/assumedHost.ts';
import type { Journey, Outcome } from '../../connection/journey.ts';
import { walkJourney } from '../../connection/walkJourney.ts';
import { formatAddress } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import { decidingRules } from '../../prove/judge/replay.ts';
import { type Nearest, nearestPackets } from '../../query/nearestPackets.ts';
import type { ChangedPacket, TraceInput, TraceWhyNot } from '../../report/json/traceInput.ts';
import { CONNECTIONS } from '../../report/text/bounds.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { WalkStep } from '../../simulate/trace.ts';
import type { TraceSetting } from './setting.ts';
import type { WalkedPacket } from './walkPacket.ts';
import { withoutRule } from './withoutRule.ts';

export function withWhyNot<Input extends TraceInput>(
  setting: TraceSetting,
  { input, walked, outcome }: { readonly input: Input; readonly walked: WalkedPacket; readonly outcome: Outcome },
): Input {
  const answer = answerTo(setting, walked, outcome);
  const ruleset = setting.rulesets.find(({ family }) => family === walked.journey.packet.family);
  const rule = ruleset === undefined || answer.kind === 'has' ? undefined : withoutRule(setting, { ruleset, walked, outcome });
  return { ...input, whyNot: { outcome, answer, ...(rule !== undefined && { without: rule }) } };
}

type Answer = TraceWhyNot['answer'];

function answerTo(setting: TraceSetting, walked: WalkedPacket, outcome: Outcome): Answer {
  const { journey, host, defaults } = walked;
  const { packet, paths } = journey;
  const { assumed, profile, rulesets, outside } = setting;
  if (journey.outcome === outcome) return { kind: 'has' };
  if (outside?.walks === false) return { kind: 'undecided', reason: outside.says };
  const unsaid = paths.flatMap(({ choices }) => choices).find(({ why }) => why === 'unsaid');
  if (unsaid !== undefined) return { kind: 'undecided', reason: `it depends on ${unsaid.what}` };
  const arrivals = unsaidOfArrivals(assumed, packet.dir);
  if (arrivals !== undefined) return { kind: 'undecided', reason: arrivals };
  const ruleset = rulesets.find(({ family }) => family === packet.family);
  if (ruleset === undefined) return { kind: 'undecided', reason: `there are no rules for IPv${packet.family}` };
  const scene = { host, ...(profile && { profile }) };
  const limits = setting.limits?.();
  const isAssumed = assumed?.families.includes(packet.family) === true;
  const found = nearestPackets({ ruleset, packet, defaults, outcome, isAssumed, ...scene, ...(limits && { limits }) });
  const today = walkJourney(ruleset, packet, { ...scene, detailed: true, connection: 'data' });
  return found.kind === 'found'
    ? { kind: 'found', packets: found.packets.map((one) => ({ ...one, ...againstIn(today, one.journey) })) }
    : { kind: found.kind, reason: reasonOf(found, packet, isAssumed) };
}

/** Of which packets nothing else is true. */
function reasonOf(found: Exclude<Nearest, { kind: 'found' }>, { dir, dst, family }: Packet, isAssumed: boolean): string {
  if (found.kind === 'undecided') return found.reason;
  const which = isAssumed ? (dir === 'out' ? 'out from this pod' : `in to ${formatAddress(dst)}`) : dir;
  return `no packet ${which} has it (proved for ${CONNECTIONS} over IPv${family})`;
}

type Step = Extract<WalkStep, { kind: 'rule' | 'miss' }>;

/** The rule that takes the other packet and not this one, or this one and not the other; else the first that distinguishes them. */
function againstIn(today: Journey, other: Journey): Pick<ChangedPacket, 'against'> {
  const [mine, theirs] = [stepsOf(today), stepsOf(other)];
  const missed = (steps: readonly Step[], rules: readonly Rule[]) =>
    rules.flatMap((rule) => steps.find((step) => step.kind === 'miss' && step.rule === rule) ?? [])[0];
  const wanted = missed(mine, decidingRules(other));
  if (wanted?.kind === 'miss') return { against: { rule: wanted.rule, clause: wanted.clause.text } };
  const taken = missed(theirs, decidingRules(today));
  if (taken !== undefined) return { against: { rule: taken.rule } };
  const at = mine.findIndex((step, index) => step.kind !== theirs[index]?.kind || step.rule !== theirs[index]?.rule);
  const first = mine[at];
  if (first === undefined || first.rule !== theirs[at]?.rule) return {};
  return { against: { rule: first.rule, ...(first.kind === 'miss' && { clause: first.clause.text }) } };
}

function stepsOf({ paths: [path] }: Journey): readonly Step[] {
  return (path?.legs[0]?.walk.steps ?? []).flatMap((step) => (step.kind === 'rule' || step.kind === 'miss' ? [step] : []));
}
