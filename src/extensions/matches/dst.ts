/** dst, hbh - options in the destination options and hop-by-hop headers of IPv6.
 *  man    iptables-extensions(8), dst and hbh
 *  kernel net/ipv6/netfilter/ip6t_hbh.c hbh_mt6(): false of packets without the header */
import { matchExtension } from '../contract/extension.ts';
import { inHeader, NEXT_HEADER } from '../contract/headerExpr.ts';

const CLAIM = { modelled: 'partly', why: 'packets without extension headers are' } as const;

export const dst = matchExtension({
  name: 'dst',
  families: [6],
  claim: CLAIM,
  options: { '--dst-len': { value: ['u32'], invertible: true }, '--dst-opts': { value: ['headerOptions'] } },
  listing: { opens: /dst/, options: { '--dst-len': /length:(!)?(\d+)/, '--dst-opts': /opts (\S+)/ } },
  lower: () => [{ expr: inHeader(NEXT_HEADER.options, 'the destination options of a packet') }],
});

export const hbh = matchExtension({
  name: 'hbh',
  families: [6],
  claim: CLAIM,
  options: { '--hbh-len': { value: ['u32'], invertible: true }, '--hbh-opts': { value: ['headerOptions'] } },
  listing: { opens: /hbh/, options: { '--hbh-len': /length:(!)?(\d+)/, '--hbh-opts': /opts (\S+)/ } },
  lower: () => [{ expr: inHeader(NEXT_HEADER.hop, 'the hop-by-hop options of a packet') }],
});
