/** icmp, icmp6 - type and code of an ICMP header.
 *  man    iptables-extensions(8), icmp and icmp6
 *  kernel net/netfilter/xt_tcpudp.c icmp_match(), icmp6_match(): false in later fragments, whatever the inversion */
import { ALWAYS, and, equals, inSet, type MatchExpr, present } from '../../netfilter/matchExpr.ts';
import { PROTO } from '../../packet/protocol.ts';
import { conj, matchExtension } from '../contract/extension.ts';
import { listedNot } from '../contract/listing.ts';
import { ANY_TYPE, type IcmpType } from '../shapes/icmp.ts';

function hasType({ type, codes }: IcmpType): MatchExpr {
  return codes.lo === 0 && codes.hi === 255 ? equals('icmpType', type) : and(equals('icmpType', type), inSet('icmpCode', [codes]));
}

/** A name is read as it is. */
function listedType(option: string, any?: string) {
  return (not = '', type = '', code = ''): readonly string[] => [
    ...listedNot(not),
    ...[option, type === any && code === '' ? 'any' : code === '' ? type : `${type}/${code}`],
  ];
}

export const icmp = matchExtension({
  name: 'icmp',
  families: [4],
  options: { '--icmp-type': { value: ['icmpType'], invertible: true, required: true } },
  protocols: [PROTO.icmp],
  listing: { pieces: [{ pattern: /icmp ?(!)?(?:type )?(\S+)(?: code (\d+))?/, words: listedType('--icmp-type', '255') }] },
  lower: (given) => [
    { expr: present('icmpType') },
    ...conj(given, { '--icmp-type': (asked) => (asked.type === ANY_TYPE ? ALWAYS : hasType(asked)) }),
  ],
});

export const icmp6 = matchExtension({
  name: 'icmp6',
  aliases: ['icmpv6', 'ipv6-icmp'],
  families: [6],
  options: { '--icmpv6-type': { value: ['icmpv6Type'], invertible: true, required: true } },
  protocols: [PROTO.icmpv6],
  listing: { pieces: [{ pattern: /ipv6-icmp ?(!)?(?:type )?(\S+)(?: code (\d+))?/, words: listedType('--icmpv6-type') }] },
  lower: (given) => [{ expr: present('icmpType') }, ...conj(given, { '--icmpv6-type': hasType })],
});
