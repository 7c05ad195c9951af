/** Which inbound ports are captured, and which are left alone before them. */
import type { RulePlan } from './plan.ts';

export interface InboundPorts {
  readonly excluded: readonly string[];
  /** every other port, or each of these */
  readonly captured: 'rest' | readonly string[];
}

/** Exclusions hold only where everything else is captured. */
export function inboundPorts({ ports, excluded }: Exclude<RulePlan['inbound'], undefined>): InboundPorts {
  return ports === '*' ? { excluded, captured: 'rest' } : { excluded: [], captured: ports };
}
