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
    implies,
    select: () => ofField(field, 16),
  }));
}

/** The first bytes after the IP header, whatever they are: of protocols without ports they are something else. */
function firstBytes(field: 'sport' | 'dport'): Selection {
  const something = and(not(present(field)), equals('fragOffset', 0));
  return {
    present: or(present(field), something),
    field,
    where: (values) =>
      or(ofField(field, 16).where(values), and(something, unmodelled('what is in the place of a port where there are no ports'))),
  };
}

function notKept(protocol: string, fields: readonly string[], proto: number): readonly Expression[] {
  return fields.map((field) => ({
    name: `${protocol} ${field}`,
    type: 'integer',
    implies: { proto },
    claim: NOT_KEPT,
    select: () => unknown(`\`${protocol} ${field}\` of a packet`, equals('fragOffset', 0)),
  }));
}

export const transport: readonly Expression[] = [
  ...ports('tcp'),
  { name: 'tcp flags', type: 'tcp_flag', implies: { proto: PROTO.tcp }, select: () => ofField('flags', 8) },
  ...notKept('tcp', ['sequence', 'ackseq', 'doff', 'reserved', 'window', 'checksum', 'urgptr'], PROTO.tcp),
  ...ports('udp'),
  ...notKept('udp', ['length', 'checksum'], PROTO.udp),
  ...ports('udplite'),
  ...notKept('udplite', ['checksum'], PROTO.udplite),
  ...ports('sctp'),
  ...notKept('sctp', ['vtag', 'checksum'], PROTO.sctp),
  ...ports('dccp'),
  ...notKept('dccp', ['type'], PROTO.dccp),
  ...(['sport', 'dport'] as const).map(
    (field): Expression => ({
      name: `th ${field}`,
      type: 'inet_service',
      claim: partly('of protocols that have ports'),
      select: () => firstBytes(field),
    }),
  ),
  { name: 'esp spi', type: 'integer', implies: { proto: PROTO.esp }, select: () => ofField('spi', 32) },
  ...notKept('esp', ['sequence'], PROTO.esp),
  {
    name: 'ah spi',
    type: 'integer',
    implies: { proto: PROTO.ah },
    claim: partly('in IPv4'),
    select: ({ family }) => (family === 4 ? ofField('spi', 32) : unknown('the security parameters index of AH over IPv6')),
  },
  ...notKept('ah', ['nexthdr', 'hdrlength', 'reserved', 'sequence'], PROTO.ah),
  ...notKept('comp', ['nexthdr', 'flags', 'cpi'], PROTO.ipcomp),
];

const ICMP = { family: 4, proto: PROTO.icmp } as const;
const ICMPV6 = { family: 6, proto: PROTO.icmpv6 } as const;

export const icmpFields: readonly Expression[] = [
  { name: 'icmp type', type: 'icmp_type', implies: ICMP, select: () => ofField('icmpType', 8) },
  { name: 'icmp code', type: 'icmp_code', implies: ICMP, select: () => ofField('icmpCode', 8) },
  ...notKeptOfIcmp('icmp', ['checksum', 'id', 'sequence', 'gateway', 'mtu'], ICMP),
  { name: 'icmpv6 type', type: 'icmpv6_type', implies: ICMPV6, select: () => ofField('icmpType', 8) },
  { name: 'icmpv6 code', type: 'icmpv6_code', implies: ICMPV6, select: () => ofField('icmpCode', 8) },
  ...notKeptOfIcmp('icmpv6', ['checksum', 'id', 'sequence', 'parameter-problem', 'packet-too-big', 'max-delay', 'mtu'], ICMPV6),
];

function notKeptOfIcmp(protocol: string, fields: readonly string[], implies: NonNullable<Expression['implies']>): readonly Expression[] {
  return fields.map((field) => ({
    name: `${protocol} ${field}`,
    type: 'integer',
    implies,
    claim: NOT_KEPT,
    select: () => unknown(`\`${protocol} ${field}\` of a packet`),
  }));
}
