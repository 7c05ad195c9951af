/** Whether the connection of a leg's first packet completes, and what that makes of the outcome of a journey. */

import { OPENING_PARTS } from '../netfilter/connectionParts.ts';
import { does } from '../netfilter/everyEffect.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import { type Conversation, type ConversationEnd, type ConversationInput, converse } from '../simulate/conversation.ts';
import { type Choice, whySpent } from '../simulate/trace.ts';
import type { Leg, LegConnection, Outcome } from './journey.ts';

const ENDS: readonly ConversationEnd[] = ['completes', 'refused', 'one-way', 'stalls', 'undecided'];

/** One for each end that the connection can have, where it stalls before and after it is open; none: the packet opens no connection, or nothing answers it. */
export function connectionsOf(leg: Leg, asked: Omit<ConversationInput, 'first'>): readonly LegConnection[] {
  const { kind } = leg.walk.fate;
  if (kind !== 'delivered' && kind !== 'sent' && kind !== 'forwarded') return [];
  const ways = converse({ ...asked, first: leg.walk });
  if (ways.every(({ parts }) => parts.length === 1)) return [];
  // of a connection that stalls it matters whether it is open by then
  const kinds = ENDS.flatMap((end) =>
    [true, false].map((unopened) => ways.filter((way) => way.end === end && isUnopened(way) === unopened)),
  );
  const found = kinds.filter((kind) => kind.length > 0);
  return found.flatMap(([first, ...others]): readonly LegConnection[] => {
    if (first === undefined) return [];
    const depends = found.length > 1 || first.end === 'undecided';
    return [{ ways: [first, ...others], end: first.end, dependsOn: depends ? laterChoices(first) : [] }];
  });
}

/** It has more ways than were walked. */
export function isCut({ ways }: LegConnection): boolean {
  return ways.some(({ cut }) => cut === true);
}

/** Of a leg that is told once, however its connection ends. */
export function together([first, ...others]: readonly LegConnection[]): LegConnection | undefined {
  if (first === undefined || others.length === 0) return first;
  const ways = [...first.ways, ...others.flatMap((other) => other.ways)] as const;
  return { ...first, ways, end: 'undecided' };
}

/** Of several ways the one that is told: one that stops, if any does, or in which something does not arrive. */
export function toldWay({ connection }: Pick<Leg, 'connection'>): Conversation | undefined {
  const ways = connection?.ways ?? [];
  return ways.find(({ end }) => end === 'stalls') ?? ways.find(({ parts }) => parts.some(({ arrives }) => !arrives)) ?? ways[0];
}

/** The rule that ends the packet at which a connection stops, or else kept NAT from it; undefined: a policy or no rule does. */
export function stoppedBy(leg: Pick<Leg, 'connection'>): Rule | undefined {
  const { fate, steps } = toldWay(leg)?.parts.at(-1)?.walk ?? {};
  if (fate?.kind === 'dropped' || fate?.kind === 'rejected') return fate.by;
  const rules = (steps ?? []).flatMap((step) =>
    step.kind === 'rule' && step.verdict !== 'JUMP' && step.verdict !== 'GOTO' ? [step.rule] : [],
  );
  // conntrack does not know the packet for its zone, or because it is not tracked
  return rules.findLast((rule) => does(rule, 'conntrack')) ?? rules.at(-1);
}

/** It is not even open. */
function isUnopened({ parts, end }: Conversation): boolean {
  const last = parts.at(-1);
  return end === 'stalls' && last !== undefined && OPENING_PARTS.includes(last.name);
}

function laterChoices({ parts }: Conversation): readonly Choice[] {
  return parts.slice(1).flatMap(({ walk }) => walk.choices);
}

/** The limit at which a later packet was cut short. */
export function laterSpent({ connection }: Leg): string | undefined {
  const walks = connection?.ways.flatMap(({ parts }) => parts.slice(1).map(({ walk }) => walk)) ?? [];
  return walks.map(whySpent).find((spent) => spent !== undefined);
}

/** A proxy passes on no TCP connection that it does not have; a datagram it does, whatever becomes of the answer. */
export function isNeverAccepted({ walk, connection }: Leg): boolean {
  return connection?.ways.every(isUnopened) === true && walk.packet.proto === PROTO.tcp;
}

/** A port where nothing listens refuses, whether its sender is told so or not. */
export function outcomeWith(firstOutcome: Outcome, { connection }: Leg): Outcome {
  if (connection === undefined || firstOutcome === 'undecided' || isRefusal(connection)) return firstOutcome;
  if (connection.end !== 'stalls' && connection.end !== 'undecided') return firstOutcome;
  if (firstOutcome === 'loop' && connection.end === 'stalls') return 'loop';
  return connection.end === 'stalls' ? 'stalled' : 'undecided';
}

/** Nothing takes the packet: what follows it is a reset or an ICMP error. */
function isRefusal({ ways: [{ parts }] }: LegConnection): boolean {
  const name = parts.at(-1)?.name;
  return name === 'rst' || name === 'error';
}
