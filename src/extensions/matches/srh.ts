/** srh - the segment routing header of IPv6.
 *  man    iptables-extensions(8), srh
 *  kernel net/ipv6/netfilter/ip6t_srh.c srh1_mt6(): false of packets without the header
 *  fact   iptables-save puts `--srh-tag` before the segments, and writes their masks always */
import { matchExtension } from '../extension.ts';
import { inHeader, NEXT_HEADER } from '../headerExpr.ts';

const BYTE = { value: ['u8'], invertible: true } as const;

export const srh = matchExtension({
  name: 'srh',
  families: [6],
  claim: { modelled: 'partly', why: 'packets without extension headers are' },
  options: {
    '--srh-next-hdr': BYTE,
    '--srh-hdr-len-eq': BYTE,
    '--srh-hdr-len-gt': BYTE,
    '--srh-hdr-len-lt': BYTE,
    '--srh-segs-left-eq': BYTE,
    '--srh-segs-left-gt': BYTE,
    '--srh-segs-left-lt': BYTE,
    '--srh-last-entry-eq': BYTE,
    '--srh-last-entry-gt': BYTE,
    '--srh-last-entry-lt': BYTE,
    '--srh-tag': { value: ['u16'], invertible: true },
    '--srh-psid': { value: ['segment'], invertible: true },
    '--srh-nsid': { value: ['segment'], invertible: true },
    '--srh-lsid': { value: ['segment'], invertible: true },
  },
  lower: () => [{ expr: inHeader(NEXT_HEADER.route, 'the segment routing header of a packet') }],
});
