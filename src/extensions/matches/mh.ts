/** mh - the type of an IPv6 mobility header.
 *  man    iptables-extensions(8), mh
 *  kernel net/ipv6/netfilter/ip6t_mh.c mh_mt6(): false in later fragments; a packet with data after the header is dropped */
import { unmodelled } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { matchExtension } from '../contract/extension.ts';
import { WHOLE_HEADER } from '../contract/securityIndex.ts';
import { mhTypes } from '../shapes/named.ts';
import { U8 } from '../shapes/number.ts';

export const mh = matchExtension({
  name: 'mh',
  families: [6],
  claim: { modelled: 'not', why: 'packets have no mobility header' },
  options: { '--mh-type': { value: ['mhTypes'], invertible: true } },
  protocols: [PROTO.mh],
  listing: { opens: /mh/, options: { '--mh-type': /(!)?(\d+(?::\d+)?)/ } },
  lower: () => [{ expr: WHOLE_HEADER }, { expr: unmodelled('the mobility header of a packet') }],
  save: (given, context) => {
    const option = given['--mh-type'];
    if (option === undefined || (option.values[0].lo === 0 && option.values[0].hi === U8)) return [];
    return [...(option.inverted ? ['!'] : []), '--mh-type', mhTypes.print(option.values[0], context)];
  },
});
