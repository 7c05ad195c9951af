/** The outcome of a class of packets: what outcome.ts says of one packet, for sets, by the same listener roles. */

import { roleOf } from '../mesh/relay.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Bdd } from '../symbolic/diagrams/bdd.ts';
import { EMPTY } from '../symbolic/diagrams/bdd.ts';
import { equal } from '../symbolic/diagrams/vector.ts';
import type { FateClass } from '../symbolic/walk/traverse.ts';
import type { Outcome } from './journey.ts';
import type { RulesOnHost } from './rulesOnHost.ts';

const BY_ROLE = {
  outbound: 'captured-out',
  inbound: 'captured-in',
  dns: 'dns',
  tunnel: 'to-proxy',
  health: 'to-proxy',
  admin: 'to-proxy',
} as const;

/** The first leg's outcome of the packets of `set` in this class; a class without a listener is split by protocol. */
export function outcomesOf(
  { space, profile }: Pick<RulesOnHost, 'space' | 'profile'>,
  end: FateClass,
  set: Bdd,
): readonly { readonly outcome: Outcome; readonly set: Bdd }[] {
  const { fate } = end;
  if (fate.kind === 'sent') return [{ outcome: 'direct', set }];
  if (fate.kind !== 'delivered') return [{ outcome: fate.kind, set }];
  const { listener } = fate;
  if (listener === undefined) {
    const { manager, start } = space;
    const connected = manager.and(set, manager.or(equal(manager, start.proto, PROTO.tcp), equal(manager, start.proto, PROTO.udp)));
    const parts = [
      { outcome: 'refused', set: connected },
      { outcome: 'to-app', set: manager.minus(set, connected) },
    ] as const;
    return parts.filter((part) => part.set !== EMPTY);
  }
  const role = roleOf({ profile }, listener);
  return [{ outcome: role === undefined ? 'to-app' : BY_ROLE[role], set }];
}
