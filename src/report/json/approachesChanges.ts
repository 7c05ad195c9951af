/** Changes between two approaches: the packets, and what becomes of them on either side. */

import { othersThan } from '../../connection/bounds.ts';
import type { Outcome } from '../../connection/journey.ts';
import { istioSidecar } from '../../mesh/istioSidecar.ts';
import type { Family } from '../../packet/address.ts';
import { packetText } from '../../packet/notation.ts';
import type { ApproachDiff } from '../../pods/approaches.ts';
import { comparedText, type DiffSide, diffBounds, toDiffReport } from './diff.ts';

export interface ApproachChange {
  readonly packets: string;
  /** in packet notation */
  readonly example: string;
  readonly before: Outcome;
  readonly after: Outcome;
}

export function toChanges({ diffs, notes, firstLeg }: ApproachDiff): readonly ApproachChange[] {
  const { changes } = toDiffReport({ diffs, notes, files: { base: 'before', head: 'after' }, hosts: [] });
  const examples = diffs.flatMap((diff) => diff.changes.map(({ example }) => packetText(example)));
  const outcomeOf = (side: DiffSide): Outcome => (firstLeg ? atPort(side) : side.outcome);
  return changes.map(({ packets, base, head }, index) => ({
    packets,
    example: examples[index] ?? '',
    before: outcomeOf(base),
    after: outcomeOf(head),
  }));
}

/** How far it is proved that no other packet changes. */
export function approachBounds({ diffs, firstLeg, lookedUpApart }: ApproachDiff): string {
  return comparedText(diffBounds({ diffs, hosts: [], firstLeg, ...(lookedUpApart === true && { lookedUpApart }) }));
}

/** Of a pod's rules by Istio's other backend. */
export function backendBounds(asked: readonly Family[]): string {
  const families = ([4, 6] as const).filter((family) => asked.includes(family));
  return comparedText({ families, unjudged: othersThan(families), hosts: [], ofConnections: 'whole' });
}

const BY_ROLE: Readonly<Record<string, Outcome>> = { outbound: 'captured-out', inbound: 'captured-in', dns: 'dns' };

/** Without a mesh of one mind the listener's port tells what it is for; both meshes have the same ones. */
function atPort({ outcome, fate, after }: DiffSide): Outcome {
  if (fate.kind !== 'delivered') return outcome;
  const listener = istioSidecar.listeners.find(({ port }) => port === (fate.listener ?? after.dport));
  return listener === undefined ? outcome : (BY_ROLE[listener.role] ?? 'to-proxy');
}
