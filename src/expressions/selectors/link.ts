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
];

function ofLink(name: string, type: Expression['type'], at: NonNullable<Expression['at']>): Expression {
  return { name, type, at, claim: NOT_KEPT, select: () => unknown(`\`${name}\` of a packet`) };
}
