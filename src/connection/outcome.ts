/** From the fate of a leg to the outcome of the journey that ends there. */
import { assertNever } from '../lib/invariant.ts';
import { PROTO } from '../packet/protocol.ts';
import type { Leg, Outcome } from './journey.ts';

export function legOutcome({ walk, role }: Leg): Outcome {
  const { fate, packet } = walk;
  switch (fate.kind) {
    case 'sent':
      return 'direct';
    case 'forwarded':
    case 'dropped':
    case 'rejected':
    case 'lost':
    case 'undecided':
      return fate.kind;
    case 'delivered':
      if (fate.process === undefined) return packet.proto === PROTO.tcp || packet.proto === PROTO.udp ? 'refused' : 'to-app';
      switch (role) {
        case undefined:
          return 'to-app';
        case 'outbound':
          return 'captured-out';
        case 'inbound':
          return 'captured-in';
        case 'dns':
          return 'dns';
        case 'tunnel':
        case 'health':
        case 'admin':
          return 'to-proxy';
        default:
          return assertNever(role);
      }
    default:
      return assertNever(fate);
  }
}
