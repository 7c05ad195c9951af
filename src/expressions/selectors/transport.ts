/** Headers above IP: TCP, UDP and others with ports, ICMP, ESP and AH. man nft(8), PAYLOAD EXPRESSIONS */
import { and, equals, not, or, present, unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { NOT_KEPT, partly } from '../contract/claims.ts';
import type { Expression } from '../contract/expression.ts';
import { ofField, type Selection, unknown } from '../contract/selection.ts';

function ports(protocol: 'tcp' | 'udp' | 'udplite' | 'dccp' | 'sctp'): readonly Expression[] {
  const implies = { proto: PROTO[protocol] };
  return (['sport', 'dport'] as const).map((field) => ({
    name: `${protocol} ${field}`,
    type: 'inet_service',
    at: field === 'sport' ? [0, 16] : [16, 16],
    implies,
    select: () => ofField(field, 16),
  }));
}

/** The first bytes after the IP header, whatever they are: of protocols without ports they are something else. */
function firstBytes(field: 'sport' | 'dport'): Selection {
  const when = and(not(present(field)), equals('fragOffset', 0));
  const value = unmodelled('what is in the place of a port where there are no ports');
  return {
    present: or(present(field), when),
    field,
    instead: { when, value },
    where: (values) => or(ofField(field, 16).where(values), and(when, value)),
  };
}

type Places = Readonly<Record<string, readonly [offset: number, width: number]>>;

function notKept(protocol: string, places: Places, proto: number): readonly Expression[] {
  return Object.entries(places).map(([field, at]) => ({
    name: `${protocol} ${field}`,
    type: TYPES[`${protocol} ${field}`] ?? 'integer',
    at,
    implies: { proto },
    claim: NOT_KEPT,
    // of a later fragment what it carries is taken for it
    select: () => unknown(`\`${protocol} ${field}\` of a packet`),
  }));
}

/** Those that are not numbers. */
const TYPES: Readonly<Record<string, Expression['type']>> = {
  'dccp type': 'dccp_pkttype',
  'ah nexthdr': 'inet_proto',
  'comp nexthdr': 'inet_proto',
  'comp flags': 'bitmask',
  'igmp type': 'igmp_type',
};

export const transport: readonly Expression[] = [
  ...ports('tcp'),
  { name: 'tcp flags', type: 'tcp_flag', at: [104, 8], implies: { proto: PROTO.tcp }, select: () => ofField('flags', 8) },
  ...notKept('tcp', { sequence: [32, 32], ackseq: [64, 32], doff: [96, 4], reserved: [100, 4] }, PROTO.tcp),
  ...notKept('tcp', { window: [112, 16], checksum: [128, 16], urgptr: [144, 16] }, PROTO.tcp),
  ...ports('udp'),
  ...notKept('udp', { length: [32, 16], checksum: [48, 16] }, PROTO.udp),
  ...ports('udplite'),
  ...notKept('udplite', { csumcov: [32, 16], checksum: [48, 16] }, PROTO.udplite),
  ...ports('sctp'),
  ...notKept('sctp', { vtag: [32, 32], checksum: [64, 32] }, PROTO.sctp),
  ...ports('dccp'),
  ...notKept('dccp', { type: [67, 4] }, PROTO.dccp),
  ...(['sport', 'dport'] as const).map(
    (field): Expression => ({
      name: `th ${field}`,
      type: 'inet_service',
      claim: partly('of protocols that have ports'),
      select: () => firstBytes(field),
    }),
  ),
  { name: 'esp spi', type: 'integer', at: [0, 32], implies: { proto: PROTO.esp }, select: () => ofField('spi', 32) },
  ...notKept('esp', { sequence: [32, 32] }, PROTO.esp),
  {
    name: 'ah spi',
    type: 'integer',
    at: [32, 32],
    implies: { proto: PROTO.ah },
    claim: partly('in IPv4'),
    select: ({ family }) => (family === 4 ? ofField('spi', 32) : unknown('the security parameters index of AH over IPv6')),
  },
  ...notKept('ah', { nexthdr: [0, 8], hdrlength: [8, 8], reserved: [16, 16], sequence: [64, 32] }, PROTO.ah),
  ...notKept('comp', { nexthdr: [0, 8], flags: [8, 8], cpi: [16, 16] }, PROTO.ipcomp),
  ...notKept('igmp', { type: [0, 8], mrt: [8, 8], checksum: [16, 16], group: [32, 32] }, PROTO.igmp),
];

const ICMP = { family: 4, proto: PROTO.icmp } as const;
const ICMPV6 = { family: 6, proto: PROTO.icmpv6 } as const;

/** source: kernel include/uapi/linux/icmp.h, icmpv6.h: what the second half of the header is depends on the type */
const ECHO = { ofTypes: [0, 8] } as const;
const ECHO6 = { ofTypes: [128, 129] } as const;

export const icmpFields: readonly Expression[] = [
  { name: 'icmp type', type: 'icmp_type', at: [0, 8], implies: ICMP, select: () => ofField('icmpType', 8) },
  { name: 'icmp code', type: 'icmp_code', at: [8, 8], implies: ICMP, select: () => ofField('icmpCode', 8) },
  ofMessage('icmp checksum', { at: [16, 16], implies: ICMP }),
  ofMessage('icmp id', { at: [32, 16], implies: ICMP, ...ECHO }),
  ofMessage('icmp sequence', { at: [48, 16], implies: ICMP, ...ECHO }),
  ofMessage('icmp gateway', { at: [32, 32], implies: ICMP, ofTypes: [5] }),
  ofMessage('icmp mtu', { at: [48, 16], implies: ICMP, ofTypes: [3] }),
  { name: 'icmpv6 type', type: 'icmpv6_type', at: [0, 8], implies: ICMPV6, select: () => ofField('icmpType', 8) },
  { name: 'icmpv6 code', type: 'icmpv6_code', at: [8, 8], implies: ICMPV6, select: () => ofField('icmpCode', 8) },
  ofMessage('icmpv6 checksum', { at: [16, 16], implies: ICMPV6 }),
  ofMessage('icmpv6 id', { at: [32, 16], implies: ICMPV6, ...ECHO6 }),
  ofMessage('icmpv6 sequence', { at: [48, 16], implies: ICMPV6, ...ECHO6 }),
  ofMessage('icmpv6 mtu', { at: [32, 32], implies: ICMPV6, ofTypes: [2] }),
  ofMessage('icmpv6 parameter-problem', { at: [32, 32], implies: ICMPV6, ofTypes: [4] }),
  ofMessage('icmpv6 packet-too-big', { at: [32, 32], implies: ICMPV6, ofTypes: [2] }),
  ofMessage('icmpv6 max-delay', { at: [32, 16], implies: ICMPV6, ofTypes: [130] }),
];

function ofMessage(name: string, has: Pick<Expression, 'at' | 'implies' | 'ofTypes'>): Expression {
  return { name, type: 'integer', ...has, claim: NOT_KEPT, select: () => unknown(`\`${name}\` of a packet`) };
}
