/** Changes between a sidecar and ambient mode, where no profile is of both: who listens is known by the port, which both meshes share. */
import type { Outcome } from '../connection/journey.ts';
import type { ChangedClass, ChangedSide } from '../diff/classes.ts';
import { severityOf } from '../diff/severity.ts';
import { istioSidecar } from '../mesh/istioSidecar.ts';

export function byPort(change: ChangedClass): ChangedClass {
  const [base, head] = [sideByPort(change.base), sideByPort(change.head)];
  return { ...change, base, head, severity: severityOf({ base: base.outcomes, head: head.outcomes }) };
}

const BY_ROLE: Readonly<Record<string, Outcome>> = { outbound: 'captured-out', inbound: 'captured-in', dns: 'dns' };

function sideByPort(side: ChangedSide): ChangedSide {
  const { journey, path } = side;
  const walk = path.legs[0]?.walk;
  if (walk?.fate.kind !== 'delivered') return side;
  const port = walk.fate.listener ?? walk.after.dport;
  const listener = istioSidecar.listeners.find((one) => one.port === port);
  if (listener === undefined) return side;
  const outcome = BY_ROLE[listener.role] ?? 'to-proxy';
  return { ...side, outcomes: [outcome], path: { ...path, outcome }, journey: { ...journey, outcome } };
}
