/** Every witness is walked by the simulator before it is shown. A witness that does not show the violation is a bug of ours. */

import type { Journey, Leg, Path } from '../../connection/journey.ts';
import { stoppedBy } from '../../connection/legConnection.ts';
import { type JourneyOptions, walkJourney } from '../../connection/walkJourney.ts';
import { BudgetError } from '../../lib/budget.ts';
import { InvariantError } from '../../lib/invariant.ts';
import type { PartName } from '../../netfilter/connectionParts.ts';
import { isCall } from '../../netfilter/everyEffect.ts';
import { packetText } from '../../packet/notation.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import { effectOf, type WalkStep } from '../../simulate/trace.ts';
import type { Bdd } from '../../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../../symbolic/diagrams/bdd.ts';
import { equal } from '../../symbolic/diagrams/vector.ts';
import { pickWitness, usualPreferences } from '../../symbolic/words/witness.ts';
import type { Violation } from '../proof/claim.ts';
import type { ProofContext } from '../proof/context.ts';

export type PacketViolation = Extract<Violation, { kind: 'packets' }>;

/** A packet of the violation and its journey, which has the outcome that the proof says. */
export function replay(context: ProofContext, violation: PacketViolation): Journey {
  const { dir, iif, forced, set, outcome, prefer = [], aside } = violation;
  const packet = pickWitness(context.space, ofKnownProcess(context, set), {
    dir,
    preferences: [...prefer, ...usualPreferences(context.space, dir)],
    ...(iif === undefined ? {} : { iif }),
    ...(forced === undefined ? {} : { forced }),
  });
  if (packet === undefined) throw new InvariantError('a violation without packets');
  if (aside !== undefined) return replayAside(context, packet, aside);
  const shows = ({ outcome: one, legs }: Path): boolean =>
    one === outcome || (one === 'loop' && isCapture(outcome)) || (outcome === 'stalled' && doesStall(legs[0]));
  // a claim speaks of connections, or of first packets
  const journey = journeyOf(context, packet);
  if (journey.paths.some(shows)) return journey;
  const first = walkJourney(context.ruleset, packet, optionsOf(context));
  if (first.paths.some(shows)) return first;
  if (first.truncated) throw new BudgetError('ways', 'more ways of one packet than are walked');
  throw new InvariantError(`the proof says \`${outcome}\` for ${packetText(packet)}, the simulator says \`${journey.outcome}\``);
}

/** With the packet by the side of its connection that does not arrive. */
function replayAside(context: ProofContext, packet: Packet, aside: PartName): Journey {
  const journey = walkJourney(context.ruleset, packet, { ...optionsOf(context), connection: 'whole' });
  const connections = journey.paths.flatMap(({ legs: [leg] }) => leg?.connection ?? []);
  const ways = connections.flatMap((one) => one.ways);
  if (ways.some(({ parts }) => parts.some(({ name, arrives }) => name === aside && !arrives))) return journey;
  const isShort = connections.some((one) => one.isShort === true);
  if (isShort || journey.truncated) throw new BudgetError('ways', 'more ways of one packet than are walked');
  const isSent = ways.some(({ parts }) => parts.some(({ name }) => name === aside));
  const simulated = isSent ? 'that it arrives' : 'that it is never sent';
  throw new InvariantError(`the proof says that the ${aside} of ${packetText(packet)} is lost, the simulator says ${simulated}`);
}

/** One of the processes that the host names, where one is in the set. */
function ofKnownProcess({ space, host }: ProofContext, set: Bdd): Bdd {
  const { manager, start } = space;
  for (const { uid, gid } of host.processes.values()) {
    const sent = manager.all([set, space.socket, space.process, equal(manager, start.uid, uid), equal(manager, start.gid, gid)]);
    if (sent !== EMPTY) return sent;
  }
  return set;
}

/** Where rules are proved, as far as a packet is walked there. */
export type WalkedContext = Pick<ProofContext, 'ruleset' | 'host' | 'profile' | 'space'>;

export function journeyOf(context: WalkedContext, packet: Packet): Journey {
  return walkJourney(context.ruleset, packet, { ...optionsOf(context), connection: 'data' });
}

function optionsOf({ host, profile, space }: WalkedContext): JourneyOptions {
  return { host, budget: space.budget, ...(profile === undefined ? {} : { profile }) };
}

function doesStall(leg: Leg | undefined): boolean {
  return leg?.connection?.end === 'stalls';
}

function isCapture(outcome: string): boolean {
  return outcome === 'captured-out' || outcome === 'captured-in' || outcome === 'dns';
}

/** The rule that decided, and the one that led into its chain. Where a packet goes is decided by what handed it over on the way in or
 *  out, or by the rule that kept the nat table from it; filter rules decide where they drop what was not sent elsewhere before.
 *  `claim`: for some the source counts, which POSTROUTING may rewrite. */
export function decidingRules({ paths }: Journey, claim = ''): readonly Rule[] {
  // a loop may have an answer that stalls
  const stalled = paths.find(({ outcome, legs }) => outcome === 'stalled' || (claim === 'connections-complete' && doesStall(legs[0])));
  if (stalled !== undefined) return [stalled.legs[0] && stoppedBy(stalled.legs[0])].flatMap((rule) => rule ?? []);
  const { steps: all = [], fate } = paths[0]?.legs[0]?.walk ?? {};
  const steps = all.flatMap((step) => (step.kind === 'rule' ? [step] : []));
  const ends = ({ verdict }: RuleStep): boolean => verdict !== 'JUMP' && verdict !== 'GOTO' && verdict !== 'CONTINUE';
  const early = (step: RuleStep): boolean => ends(step) && (step.hook === 'PREROUTING' || step.hook === 'OUTPUT');
  const handsOver = (step: RuleStep): boolean => early(step) && ['nat', 'divert'].includes(effectOf(step).kind);
  // on its way to another host it is stopped where it should not have come
  const isDiverted = all.some((step) => step.kind === 'hook' && step.hook === 'FORWARD') && steps.some(handsOver);
  const isStopped = (fate?.kind === 'dropped' || fate?.kind === 'rejected') && !isDiverted;
  const translates = (step: RuleStep): boolean => ends(step) && effectOf(step).kind === 'nat';
  const first = claim === 'passthrough-returned' ? translates : handsOver;
  const choices =
    isStopped || claim === 'probe-source-rewritten' ? [ends] : [first, (step: RuleStep) => early(step) && step.inNat === true, ends];
  const at = choices.map((isMeant) => steps.findLastIndex(isMeant)).find((index) => index >= 0) ?? -1;
  return withCaller(steps, at);
}

function withCaller(steps: readonly RuleStep[], at: number): readonly Rule[] {
  const deciding = steps[at]?.rule;
  if (deciding === undefined) return [];
  const leadsThere = (step: RuleStep): boolean => {
    const effect = effectOf(step);
    return (
      step.rule.table === deciding.table && (step.rule.target === deciding.chain || (isCall(effect) && effect.chain === deciding.chain))
    );
  };
  const caller = steps.slice(0, at).findLast(leadsThere)?.rule;
  return caller === undefined ? [deciding] : [deciding, caller];
}

type RuleStep = Extract<WalkStep, { kind: 'rule' }>;
