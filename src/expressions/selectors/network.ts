/** Headers of IPv4 and IPv6. man nft(8), IPV4 HEADER EXPRESSION and IPV6 HEADER EXPRESSION */
import { ALWAYS, and, equals, inSet, or, unmodelled } from '../../netfilter/matchExpr.ts';
import { NOT_KEPT, partly } from '../contract/claims.ts';
import type { Expression } from '../contract/expression.ts';
import { knownWhere } from '../contract/knownPart.ts';
import { always, ofBits, ofField, type Selection, unknown, type Values } from '../contract/selection.ts';

const IPV6_HEADER = 40;
const FRAGMENT = 44;
const OFFSET = 0x1fff;

/** Three flags are before the offset, which are not kept: where they decide it is not known. */
const fragmentOffset: Selection = {
  ...ofField('fragOffset', 13),
  where: (values) => {
    if (values.mask !== undefined && (Number(values.mask) & ~OFFSET) === 0)
      return ofBits('fragOffset', { shift: 0, width: 13 }).where(values);
    return knownWhere({ field: 'fragOffset', last: OFFSET, wholes: withFlags, rest: 'the fragment flags of a packet' }, values);
  },
};

function withFlags(offset: number): readonly number[] {
  return FLAGS.map((flags) => flags | offset);
}

const FLAGS = Array.from({ length: 8 }, (_, flags) => flags << 13);

/** Of a fragment it is that of the fragment header. */
const nextHeader: Selection = {
  ...ofField('proto', 8),
  where: (values) => {
    const fragment = always(FRAGMENT).where(values);
    const later = inSet('fragOffset', [{ lo: 1, hi: OFFSET }]);
    return or(and(equals('fragOffset', 0), ofField('proto', 8).where(values)), and(later, fragment));
  },
};

const payloadLength: Selection = {
  present: ALWAYS,
  where: ({ intervals, mask, xor }: Values) =>
    mask !== undefined || xor !== undefined
      ? unmodelled('bits of the length of an IPv6 packet')
      : inSet(
          'length',
          intervals.map(({ lo, hi }) => ({ lo: Number(lo) + IPV6_HEADER, hi: Number(hi) + IPV6_HEADER })),
        ),
};

const V4 = { implies: { family: 4 } } as const;
const V6 = { implies: { family: 6 } } as const;

export const ip: readonly Expression[] = [
  { name: 'ip saddr', type: 'ipv4_addr', at: [96, 32], ...V4, select: () => ofField('src', 32) },
  { name: 'ip daddr', type: 'ipv4_addr', at: [128, 32], ...V4, select: () => ofField('dst', 32) },
  { name: 'ip protocol', type: 'inet_proto', at: [72, 8], ...V4, select: () => ofField('proto', 8) },
  { name: 'ip ttl', type: 'integer', at: [64, 8], ...V4, select: () => ofField('ttl', 8) },
  { name: 'ip length', type: 'integer', at: [16, 16], ...V4, select: () => ofField('length', 16) },
  { name: 'ip dscp', type: 'dscp', at: [8, 6], ...V4, select: () => ofBits('tos', { shift: 2, width: 6 }) },
  { name: 'ip ecn', type: 'ecn', at: [14, 2], ...V4, select: () => ofBits('tos', { shift: 0, width: 2 }) },
  { name: 'ip version', type: 'integer', at: [0, 4], ...V4, select: () => always(4) },
  { name: 'ip hdrlength', type: 'integer', at: [4, 4], ...V4, claim: partly('5: no options'), select: () => always(5) },
  { name: 'ip frag-off', type: 'integer', at: [48, 16], ...V4, claim: partly('the offset, `& 0x1fff`'), select: () => fragmentOffset },
  ...(['id', 'checksum'] as const).map(
    (name): Expression => ({
      name: `ip ${name}`,
      type: 'integer',
      at: name === 'id' ? [32, 16] : [80, 16],
      ...V4,
      claim: NOT_KEPT,
      select: () => unknown(`the ${name} of a packet`),
    }),
  ),
];

export const ip6: readonly Expression[] = [
  { name: 'ip6 saddr', type: 'ipv6_addr', at: [64, 128], ...V6, select: () => ofField('src', 128) },
  { name: 'ip6 daddr', type: 'ipv6_addr', at: [192, 128], ...V6, select: () => ofField('dst', 128) },
  {
    name: 'ip6 nexthdr',
    type: 'inet_proto',
    at: [48, 8],
    ...V6,
    claim: partly('extension headers other than that of fragments are not there'),
    select: () => nextHeader,
  },
  { name: 'ip6 hoplimit', type: 'integer', at: [56, 8], ...V6, select: () => ofField('ttl', 8) },
  { name: 'ip6 length', type: 'integer', at: [32, 16], ...V6, select: () => payloadLength },
  { name: 'ip6 dscp', type: 'dscp', at: [4, 6], ...V6, select: () => ofBits('tos', { shift: 2, width: 6 }) },
  { name: 'ip6 ecn', type: 'ecn', at: [10, 2], ...V6, select: () => ofBits('tos', { shift: 0, width: 2 }) },
  { name: 'ip6 version', type: 'integer', at: [0, 4], ...V6, select: () => always(6) },
  { name: 'ip6 flowlabel', type: 'integer', at: [12, 20], ...V6, claim: NOT_KEPT, select: () => unknown('the flow label of a packet') },
];
