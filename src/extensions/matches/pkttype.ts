/** pkttype - whether the link layer sent the packet to this host, to a group or to all.
 *  man    iptables-extensions(8), pkttype
 *  kernel net/netfilter/xt_pkttype.c pkttype_mt()
 *  fact   a packet for a single address was sent to this host, or was made here; those for others are gone before any hook */
import { toManyHosts } from '../../netfilter/manyHosts.ts';
import { ALWAYS, and, NEVER, not, or, unmodelled } from '../../netfilter/matchExpr.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';

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
        const many = toManyHosts(family);
        return or(and(many, unmodelled('how the link layer addressed a packet')), and(not(many), type === 'unicast' ? ALWAYS : NEVER));
      },
    }),
});
