/** What routing, IPsec and fingerprints say of a packet: read, but of no packet here. man nft(8), ROUTING, IPSEC and OSF EXPRESSIONS
 *  kernel net/netfilter/nft_rt.c nft_rt_validate(), nft_xfrm.c nft_xfrm_validate(), nft_osf.c nft_osf_validate() */
import type { HookName } from '../../netfilter/hooks.ts';
import { NOT_KEPT } from '../contract/claims.ts';
import type { Expression } from '../contract/expression.ts';
import { unknown } from '../contract/selection.ts';

const RECEIVING: readonly HookName[] = ['PREROUTING', 'INPUT', 'FORWARD'];
const LEAVING: readonly HookName[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

export const routing: readonly Expression[] = [
  notKept({ name: 'rt classid', type: 'realm' }),
  notKept({ name: 'rt nexthop', type: 'string' }),
  notKept({ name: 'rt ip nexthop', type: 'ipv4_addr', tables: ['ip', 'inet'] }),
  notKept({ name: 'rt ip6 nexthop', type: 'ipv6_addr', tables: ['ip6', 'inet'] }),
  notKept({ name: 'rt mtu', type: 'integer', last: 0xffff, hooks: LEAVING }),
  notKept({ name: 'rt ipsec', type: 'presence' }),
  ...(['in', 'out'] as const).flatMap((direction) => {
    const hooks = direction === 'in' ? RECEIVING : LEAVING;
    return [
      notKept({ name: `ipsec ${direction} reqid`, type: 'integer', hooks }),
      notKept({ name: `ipsec ${direction} spi`, type: 'integer', hooks }),
      notKept({ name: `ipsec ${direction} ip saddr`, type: 'ipv4_addr', hooks }),
      notKept({ name: `ipsec ${direction} ip daddr`, type: 'ipv4_addr', hooks }),
      notKept({ name: `ipsec ${direction} ip6 saddr`, type: 'ipv6_addr', hooks }),
      notKept({ name: `ipsec ${direction} ip6 daddr`, type: 'ipv6_addr', hooks }),
    ];
  }),
  ...(['name', 'version'] as const).map((key) => notKept({ name: `osf ${key}`, type: 'text', hooks: RECEIVING, atNoHookOf: ['ip6'] })),
];

function notKept(expression: Omit<Expression, 'claim' | 'select'>): Expression {
  return { ...expression, claim: NOT_KEPT, select: () => unknown(`\`${expression.name}\` of a packet`) };
}
