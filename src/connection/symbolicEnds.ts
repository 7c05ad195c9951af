/** How packets of a claim are to end. What the kernel would discard without any rule is left out before: see expectFates. */

import type { Address } from '../packet/address.ts';
import { constant } from '../symbolic/diagrams/vector.ts';
import type { FateClass } from '../symbolic/walk/traverse.ts';
import type { Outcome } from './journey.ts';
import type { RulesOnHost } from './rulesOnHost.ts';

/** Whether the packets of a class that end so have ended as they are to. */
export type Ends = (end: FateClass, outcome: Outcome) => boolean;

export function endsAs(...outcomes: readonly Outcome[]): Ends {
  return (_end, outcome) => outcomes.includes(outcome);
}

/** Delivered here as it was sent, to any listener. */
export function deliveredUntouched({ space }: Pick<RulesOnHost, 'space'>): Ends {
  return (end) => {
    const same = (['src', 'dst', 'sport', 'dport'] as const).every((field) =>
      end.env[field].every((bit, at) => bit === space.start[field][at]),
    );
    return end.fate.kind === 'delivered' && same && !end.fate.transparent;
  };
}

/** Leaves for where it was sent; the source may be the host's. */
export function leavesUntouched({ space }: Pick<RulesOnHost, 'space'>): Ends {
  return (end) => {
    const same = (['dst', 'dport'] as const).every((field) => end.env[field].every((bit, at) => bit === space.start[field][at]));
    return end.fate.kind === 'sent' && same;
  };
}

/** Leaves for this destination. */
export function sentTo(destination: Address): Ends {
  return (end) => {
    const bits = constant(destination, end.env.dst.length);
    return end.fate.kind === 'sent' && end.env.dst.every((bit, at) => bit === bits[at]);
  };
}

/** Leaves with this source. */
export function sentFrom(source: Address): Ends {
  return (end) => {
    const bits = constant(source, end.env.src.length);
    return end.fate.kind === 'sent' && end.env.src.every((bit, at) => bit === bits[at]);
  };
}
