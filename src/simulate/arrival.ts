/** Where the packets of a connection are waited for: at the side that they are for, with the addresses and ports that it knows. A socket of
 *  a connection is found by its ends, before any listener. */
import type { CtDirection } from '../packet/packet.ts';
import type { ConversationPart } from './conversation.ts';
import type { Fate, Walk } from './trace.ts';

type Parts = readonly Pick<ConversationPart, 'name' | 'direction' | 'walk'>[];

export function arrives(walk: Walk, { direction }: Pick<ConversationPart, 'direction'>, before: Parts): boolean {
  const first = before[0]?.walk;
  if (first === undefined) return false;
  const { after, fate } = walk;
  if (direction === 'original') return fate.kind === first.fate.kind && sameEnds(after, first.after);
  const { src, sport, dst, dport } = first.packet;
  return comesBack(first, fate) && sameEnds(after, { src: dst, sport: dport, dst: src, dport: sport });
}

/** An error is for who sent what it is about, and is known by what it quotes: conntrack turns that back as it does packets. */
export function isErrorHome({ after, fate, packet }: Walk, before: Parts, { about }: { readonly about: CtDirection }): boolean {
  const first = before[0]?.walk;
  if (first === undefined || packet.quotes === undefined) return false;
  const translated = after.ctstate === 'RELATED';
  if (about === 'original') {
    const { src, sport, dst, dport } = first.packet;
    const plain = sameEnds(packet.quotes, { src, sport, dst, dport });
    return comesBack(first, fate) && after.dst === src && (translated || plain);
  }
  const answer = before.find(({ direction, walk }) => direction === 'reply' && walk.packet.quotes === undefined)?.walk.packet;
  return fate.kind === first.fate.kind && after.dst === answer?.src && (translated || sameEnds(packet.quotes, answer));
}

/** To where the first packet came from. */
function comesBack({ packet: { dir } }: Walk, { kind }: Fate): boolean {
  return dir === 'out' ? kind === 'delivered' : kind === 'sent' || kind === 'forwarded';
}

interface Ends {
  readonly src: unknown;
  readonly dst: unknown;
  readonly sport?: number | undefined;
  readonly dport?: number | undefined;
}

function sameEnds(one: Ends, other: Ends): boolean {
  return one.src === other.src && one.dst === other.dst && one.sport === other.sport && one.dport === other.dport;
}
