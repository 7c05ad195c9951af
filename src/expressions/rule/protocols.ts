/** Protocols that a rule has asked for so far. nft adds what an expression implies, and refuses what cannot be true together.
 *  nftables src/proto.c proto_ctx_update(), src/payload.c payload_gen_dependency() */
import type { Family } from '../../packet/address.ts';
import { PROTO } from '../../packet/protocol.ts';
import { PROTOCOL_BY_NUMBER } from '../../packet/protocolNames.ts';
import type { NftFamily, NftStatement } from '../../syntax/nft/ast.ts';
import type { Span } from '../../syntax/text/source.ts';
import type { NftRuleContext } from '../contract/context.ts';
import { ARP, FRAME_OF } from '../contract/frameTypes.ts';
import { intervalOf } from '../values/constant.ts';
import { keyParts } from '../values/part.ts';

export interface Protocols {
  readonly family?: Family | undefined;
  readonly proto?: number | undefined;
  /** of ICMP */
  readonly icmpType?: number | undefined;
  /** a set of several was asked for */
  readonly several?: boolean | undefined;
  readonly etherType?: number | undefined;
  /** a header of the link layer was asked for */
  readonly link?: boolean | undefined;
  /** devices of another kind than Ethernet were asked for */
  readonly otherLink?: boolean | undefined;
  /** after a set with others: nft asks for nothing more */
  readonly taken?: NftRuleContext['taken'];
}

const OF_TABLE: Readonly<Record<NftFamily, Protocols>> = {
  ip: { family: 4 },
  ip6: { family: 6 },
  arp: { etherType: ARP },
  bridge: { link: true },
  inet: {},
  netdev: {},
};

/** What the family of its table says of all packets of a rule. */
export function protocolsOf(table: NftFamily): Protocols {
  return OF_TABLE[table];
}

const IP: Readonly<Record<Family, string>> = { 4: 'ip', 6: 'ip6' };

export function withImplied(known: Protocols, { family, proto }: Protocols, { at, context }: Asking): Protocols {
  const refuse = (a: string, b: string): void =>
    context.report({ kind: 'not-loadable', code: 'conflicting-options', message: `a packet cannot be ${a} and ${b}`, span: at });
  // ICMPv6 after a match on IPv4 loads
  const ofFamily = proto !== undefined && known.family !== undefined ? undefined : family;
  if (ofFamily !== undefined && known.family !== undefined && known.family !== ofFamily) refuse(IP[known.family], IP[ofFamily]);
  if (proto !== undefined && known.proto !== undefined && (known.proto !== proto || known.several === true))
    refuse(nameOf(known.proto), nameOf(proto));
  return { ...known, family: ofFamily ?? known.family, proto: proto ?? known.proto };
}

export interface Asking {
  readonly at: Span;
  readonly context: NftRuleContext;
}

function nameOf(proto: number): string {
  return PROTOCOL_BY_NUMBER.get(proto) ?? String(proto);
}

const ETHERTYPES: ReadonlyMap<number, Family> = new Map<number, Family>([
  [FRAME_OF[4], 4],
  [FRAME_OF[6], 6],
]);
const NFPROTOS: ReadonlyMap<number, Family> = new Map<number, Family>([
  [2, 4],
  [10, 6],
]);
const FAMILIES: ReadonlyMap<string, ReadonlyMap<number, Family>> = new Map([
  ['meta nfproto', NFPROTOS],
  ['meta protocol', ETHERTYPES],
  ['ether type', ETHERTYPES],
  ['vlan type', ETHERTYPES],
  ['ct l3proto', NFPROTOS],
  ['ct original l3proto', NFPROTOS],
  ['ct reply l3proto', NFPROTOS],
]);
/** nftables src/proto.c proto_ip, proto_ip6 */
const WITH_HEADER: ReadonlySet<number> = new Set([
  ...(['icmp', 'igmp', 'tcp', 'udp', 'dccp', 'esp', 'ah', 'icmpv6', 'ipcomp', 'sctp', 'udplite'] as const).map((name) => PROTO[name]),
]);
const ETHER_NAMES: ReadonlySet<string> = new Set(['meta protocol', 'vlan type']);
const PROTOS: ReadonlySet<string> = new Set([
  ...['meta l4proto', 'ip protocol', 'ip6 nexthdr'],
  ...['ct protocol', 'ct original protocol', 'ct reply protocol'],
]);

/** kernel include/uapi/linux/if_arp.h ARPHRD_ETHER */
const ETHER = 1;

/** After `meta l4proto tcp` and the like; of a set the last one counts. */
export function afterMatch(known: Protocols, statement: NftStatement, context: NftRuleContext): Protocols {
  if (statement.kind !== 'match' || (statement.op !== undefined && statement.op !== '==')) return known;
  const silent = { ...context, report: () => {} };
  const [part, ...more] = keyParts(statement.left, silent);
  const name = part?.expression?.name ?? '';
  if (part === undefined || more.length > 0) return known;
  const { right } = statement;
  // of a set of ethertypes none counts, but for those of a header
  if (right.kind === 'set' && right.elements.length > 1 && ETHER_NAMES.has(name)) return known;
  const values = right.kind === 'set' ? right.elements.map(({ key }) => key) : [right];
  // nor ranges
  const singles = values.flatMap((value) => {
    const interval = value.kind === 'reference' ? undefined : intervalOf(value, part.type, silent);
    return interval !== undefined && interval.lo === interval.hi && typeof interval.lo === 'number' ? [interval.lo] : [];
  });
  const last = singles.at(-1);
  if (last === undefined) return known;
  const hasOthers = values.length > 1;
  if (name === 'meta iiftype') return { ...known, link: last === ETHER, otherLink: last !== ETHER };
  const family = FAMILIES.get(name)?.get(last);
  // in a table of inet it says nothing to nft, and a table of one family has no other
  if (name === 'meta protocol' && (known.family !== undefined || context.table === 'inet')) return known;
  if (name === 'ether type') {
    const taken = { ...known.taken, family: hasOthers ? family : undefined };
    return { ...known, etherType: last, ...(family !== undefined && { family, taken }) };
  }
  if (name.startsWith('ct ') && known.family !== undefined && context.table !== 'inet' && family !== undefined) return known;
  if (family !== undefined) return { ...known, family, taken: { ...known.taken, family: hasOthers ? family : undefined } };
  if (name === 'icmp type' || name === 'icmpv6 type') return { ...known, icmpType: last };
  // without the family nft asks for the protocol of the packet all the same
  if (name.startsWith('ct ') && known.family === undefined) return known;
  // of a number without a header that nft knows
  if (!name.startsWith('meta ') && !WITH_HEADER.has(last)) return known;
  if (!PROTOS.has(name)) return known;
  return {
    ...known,
    proto: last,
    several: singles.length > 1 || (known.proto !== undefined && known.proto !== last),
    taken: { ...known.taken, proto: hasOthers ? last : undefined },
  };
}
