/** The two ends of a leg in words: who took the packet, and where. */
import type { Leg } from '../journey/journey.ts';
import { endpointText } from '../packet/notation.ts';

/** Where the sender meant to go, when the rules changed it or a transparent listener took it. */
export function originalDestination(leg: Leg): string | undefined {
  const { packet } = leg.walk;
  const meant = endpointText({ address: packet.dst, port: packet.dport });
  return meant === destination(leg) ? undefined : meant;
}

/** Where the packet ends: the listener's port where TPROXY took it without a rewrite. */
export function destination({ walk }: Leg): string {
  const { after, fate } = walk;
  const port = fate.kind === 'delivered' && fate.listener !== undefined ? fate.listener : after.dport;
  return endpointText({ address: after.dst, port });
}

export function processOf({ walk, listener }: Leg): string {
  return listener?.process ?? (walk.fate.kind === 'delivered' ? (walk.fate.process ?? 'nobody') : 'nobody');
}
