/** pkttype - whether the link layer sent the packet to this host, to a group or to all.
 *  man    iptables-extensions(8), pkttype
 *  kernel net/netfilter/xt_pkttype.c pkttype_mt()
 *  fact   a packet for a single address was sent to this host, or was made here; those for others are gone before any hook */
import { ALWAYS, and, inSet, type MatchExpr, NEVER, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import type { Family } from '../../packet/address.ts';
import { ADDR_TYPES } from '../../packet/fields.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

const BROADCAST = ADDR_TYPES.indexOf('BROADCAST');

/** Addresses of more than one host, before or after NAT. */
function toMany(family: Family): MatchExpr {
  const groups =
    family === 4
      ? [
          { lo: 0xe000_0000, hi: 0xefff_ffff },
          { lo: 0xffff_ffff, hi: 0xffff_ffff },
        ]
      : [{ lo: 0xffn << 120n, hi: (1n << 128n) - 1n }];
  const broadcast = inSet('dstType', [{ lo: BROADCAST, hi: BROADCAST }]);
  return or(inSet('dst', groups), inSet('ctorigdst', groups), ...(family === 4 ? [broadcast] : []));
}

export const pkttype = matchExtension({
  name: 'pkttype',
  families: [4, 6],
  claim: { modelled: 'partly', why: 'of packets for more than one host the link layer decides' },
  options: { '--pkt-type': { value: ['packetType'], invertible: true, required: true } },
  listing: {
    pieces: [{ pattern: /PKTTYPE (!?)= (\S+)/, words: (not = '', type = '') => [...listedNot(not), '--pkt-type', type] }],
  },
  lower: (given, { family }) =>
    conj(given, {
      '--pkt-type': (type) => {
        if (type === 'otherhost') return NEVER;
        const many = toMany(family);
        return or(and(many, unmodelled('how the link layer addressed a packet')), and(not(many), type === 'unicast' ? ALWAYS : NEVER));
      },
    }),
});
