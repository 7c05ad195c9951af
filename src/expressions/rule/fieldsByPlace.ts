/** Fields of headers by where they are: what nft knows a part of a packet by once it knows the protocol.
 *  nftables src/payload.c payload_expr_complete(), payload_match_expand() */
import { PROTO } from '../../packet/protocol.ts';
import type { NftSelector } from '../../syntax/nft/ast.ts';
import { ARP } from '../contract/frameTypes.ts';
import { EXPRESSIONS } from '../selectors/all.ts';
import type { Protocols } from './protocols.ts';

/** Which layer a header is of, as `@ll,...` names it; absent: `th`. */
export const LAYERS: ReadonlyMap<string, string> = new Map([
  ['ether', 'll'],
  ['vlan', 'll'],
  ['ip', 'nh'],
  ['ip6', 'nh'],
]);

export interface PlacedField {
  readonly field: string;
  readonly start: number;
  readonly width: number;
}

const FIELDS: ReadonlyMap<string, readonly PlacedField[]> = (() => {
  const found = new Map<string, PlacedField[]>();
  for (const { name, at } of EXPRESSIONS) {
    if (at === undefined) continue;
    const [protocol = '', ...words] = name.split(' ');
    const field = words.join(' ');
    const fields = found.get(protocol) ?? [];
    found.set(protocol, fields);
    if (!fields.some(({ start }) => start === at[0])) fields.push({ field, start: at[0], width: at[1] });
  }
  return found;
})();

const HEADERS: ReadonlyMap<number, string> = new Map([
  ...(['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'igmp', 'esp', 'ah'] as const).map(
    (name) => [PROTO[name], name] as const,
  ),
  [PROTO.ipcomp, 'comp'],
]);

export interface PartOfPacket {
  readonly base: string;
  readonly start: number;
  readonly width: number;
}

/** `th dport` and `@nh,96,32` say where, not which field. */
export function partOfPacket(selector: NftSelector): PartOfPacket | undefined {
  if (selector.kind === 'raw') return { base: selector.base, start: selector.offset, width: selector.length };
  if (selector.kind !== 'payload' || selector.protocol !== 'th') return undefined;
  return { base: 'th', start: selector.field === 'sport' ? 0 : 16, width: 16 };
}

/** Undefined: the protocol there is not known. */
export function headerAt(base: string, { family, proto, link, etherType }: Protocols): string | undefined {
  if (base === 'th') return proto === undefined ? undefined : HEADERS.get(proto);
  if (base === 'nh' && etherType === ARP) return 'arp';
  if (base === 'nh') return family === undefined ? undefined : family === 4 ? 'ip' : 'ip6';
  return base === 'll' && link === true ? 'ether' : undefined;
}

export function fieldAt(protocol: string, { start, width }: PartOfPacket): string | undefined {
  return FIELDS.get(protocol)?.find((one) => one.start === start && one.width === width)?.field;
}

/** The fields that lie there one behind the other; of the last, the part may have only the first bits. Undefined: they do not. */
export function fieldsOver(protocol: string, { start, width }: PartOfPacket): readonly PlacedField[] | undefined {
  const found: PlacedField[] = [];
  for (let at = start; at < start + width; ) {
    const next = FIELDS.get(protocol)?.find((one) => one.start === at);
    if (next === undefined) return undefined;
    found.push(next);
    at += next.width;
  }
  return found;
}
