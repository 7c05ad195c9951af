/** The grammar of packets stands apart from that of values, which rules need without any packet. */
import { grammar as packet } from '../generated/packet.ts';
import { type Match, matchGrammar } from './grammar.ts';

/** Rules of grammars/packet.ohm. */
export type PacketRule = keyof (typeof packet)['rules'];

export function matchPacketText(rule: PacketRule, text: string): Match {
  return matchGrammar(packet, rule, text);
}
