/** Headers of the link layer. man nft(8), ETHERNET HEADER EXPRESSION, VLAN HEADER EXPRESSION and ARP HEADER EXPRESSION */
import { NOT_KEPT } from '../contract/claims.ts';
import type { Expression } from '../contract/expression.ts';
import { unknown } from '../contract/selection.ts';

export const link: readonly Expression[] = [
  ofLink('ether daddr', 'ether_addr', [0, 48]),
  ofLink('ether saddr', 'ether_addr', [48, 48]),
  ofLink('ether type', 'ether_type', [96, 16]),
  ofLink('vlan pcp', 'integer', [0, 3]),
  ofLink('vlan dei', 'integer', [3, 1]),
  ofLink('vlan cfi', 'integer', [3, 1]),
  ofLink('vlan id', 'integer', [4, 12]),
  ofLink('vlan type', 'ether_type', [16, 16]),
  ...(
    [
      ['htype', 'integer', [0, 16]],
      ['ptype', 'ether_type', [16, 16]],
      ['hlen', 'integer', [32, 8]],
      ['plen', 'integer', [40, 8]],
      ['operation', 'arp_op', [48, 16]],
      ['saddr ether', 'ether_addr', [64, 48]],
      ['saddr ip', 'ipv4_addr', [112, 32]],
      ['daddr ether', 'ether_addr', [144, 48]],
      ['daddr ip', 'ipv4_addr', [192, 32]],
    ] as const
  ).map(([field, type, at]): Expression => ({ ...ofLink(`arp ${field}`, type, at) })),
];

function ofLink(name: string, type: Expression['type'], at: NonNullable<Expression['at']>): Expression {
  return { name, type, at, claim: NOT_KEPT, select: () => unknown(`\`${name}\` of a packet`) };
}
