/** Which packets of a connection are drawn after the first one of a leg, and who sends them. */

import type { Leg } from '../../connection/journey.ts';
import { toldWay } from '../../connection/legConnection.ts';
import type { PartName } from '../../netfilter/connectionParts.ts';
import type { ConversationPart } from '../../simulate/conversation.ts';
import type { WalkStep } from '../../simulate/trace.ts';
import { branchesText } from './doneStep.ts';
import { KERNEL, NO_PROCESS, processOf } from './endpoints.ts';

export interface ShownPart {
  readonly part: ConversationPart;
  /** the same as a leg */
  readonly leg: Leg;
}

export function laterParts(leg: Leg): readonly ShownPart[] {
  const parts = toldWay(leg)?.parts.slice(1) ?? [];
  return parts.map((part) => ({ part, leg: { sender: senderOf(part, leg), walk: part.walk } }));
}

const ON_THE_WAY: readonly PartName[] = ['too-big', 'too-big-back', 'ttl-exceeded', 'ttl-exceeded-back'];

function senderOf({ name, direction }: ConversationPart, leg: Leg): string {
  if (ON_THE_WAY.includes(name)) return 'router';
  if (direction === 'original') return leg.sender;
  if (leg.walk.fate.kind !== 'delivered') return 'server';
  const process = processOf(leg);
  return process === NO_PROCESS || process === KERNEL ? 'kernel' : process;
}

/** Packets of one side that go the same way. */
export interface AlikeParts extends ShownPart {
  readonly names: readonly PartName[];
}

export function alikeParts(leg: Leg): readonly AlikeParts[] {
  const found = new Map<string, ShownPart & { readonly names: PartName[] }>();
  for (const shown of laterParts(leg)) {
    const { direction, name, arrives, walk } = shown.part;
    const key = JSON.stringify(
      [direction, shown.leg.sender, arrives, walk.fate.kind, walk.after.src, walk.after.dst, walk.steps.map(keyOf)],
      big,
    );
    const known = found.get(key);
    if (known === undefined) found.set(key, { ...shown, names: [name] });
    else known.names.push(name);
  }
  return [...found.values()];
}

/** In drawings: of a connection that completes none, unless all were asked for. */
export function drawnParts(leg: Leg, whole: boolean | undefined): readonly AlikeParts[] {
  return whole === true || leg.connection?.end === 'stalls' ? alikeParts(leg) : [];
}

/** Another clause may have said no, to the same end. */
function keyOf(step: WalkStep): unknown {
  switch (step.kind) {
    case 'rule':
    case 'left':
      return [step.kind, step.hook, step.rule.line, step.kind === 'rule' && step.verdict, branchesText(step)];
    case 'miss':
      return [step.kind, step.hook, step.rule.line];
    case 'choice':
      return [step.kind, step.choice.rule?.line, step.choice.what, step.choice.taken];
    default:
      return step;
  }
}

function big(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
