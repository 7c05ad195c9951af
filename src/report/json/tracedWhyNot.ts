/** The answer to --why-not in the JSON of a trace. */
import { type PacketJson, toPacketJson } from '../../packet/packetJson.ts';
import type { TraceWhyNot } from './traceInput.ts';

/** The packet with the fewest parts changed that has the requested outcome; others change as many. */
export interface TracedWhyNot {
  readonly packet: PacketJson;
  /** keys of the packet */
  readonly changed: readonly string[];
  readonly outcome: string;
}

export interface WhyNotKeys {
  /** nothing: see `whyNotReason` */
  readonly whyNot: readonly TracedWhyNot[];
  /** `proved: ` or `undecided: ` and a sentence; absent where there is a change */
  readonly whyNotReason?: string;
}

export function toTracedWhyNot({ outcome, answer }: TraceWhyNot): WhyNotKeys {
  switch (answer.kind) {
    case 'found':
      return {
        whyNot: answer.packets.map(({ journey, changed }) => ({
          packet: toPacketJson(journey.packet),
          changed,
          outcome: journey.outcome,
        })),
      };
    case 'has':
      return { whyNot: [], whyNotReason: `the packet has the outcome ${outcome}` };
    default:
      return { whyNot: [], whyNotReason: `${answer.kind === 'none' ? 'proved' : 'undecided'}: ${answer.reason}` };
  }
}
