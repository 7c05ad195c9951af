/** Protocols by number and by name. */
import { PROTO } from '../../packet/protocol.ts';
import { numberOf, U8 } from './number.ts';
import { malformed, part, type Shape } from './shape.ts';

/** Names that iptables prints for protocol numbers. source: Debian /etc/protocols, libxtables xtables_chain_protos */
const PROTOCOL_NAMES: readonly (readonly [number, string, ...string[]])[] = [
  [1, 'icmp'],
  [2, 'igmp'],
  [3, 'ggp'],
  [4, 'ipencap'],
  [5, 'st'],
  [6, 'tcp'],
  [8, 'egp'],
  [9, 'igp'],
  [12, 'pup'],
  [17, 'udp'],
  [20, 'hmp'],
  [22, 'xns-idp'],
  [27, 'rdp'],
  [29, 'iso-tp4'],
  [33, 'dccp'],
  [36, 'xtp'],
  [37, 'ddp'],
  [38, 'idpr-cmtp'],
  [41, 'ipv6'],
  [43, 'ipv6-route'],
  [44, 'ipv6-frag'],
  [45, 'idrp'],
  [46, 'rsvp'],
  [47, 'gre'],
  [50, 'esp', 'ipv6-crypt'],
  [51, 'ah', 'ipv6-auth'],
  [57, 'skip'],
  [PROTO.icmpv6, 'ipv6-icmp', 'icmpv6'],
  [59, 'ipv6-nonxt'],
  [60, 'ipv6-opts'],
  [73, 'rspf'],
  [81, 'vmtp'],
  [88, 'eigrp'],
  [89, 'ospf'],
  [93, 'ax.25'],
  [94, 'ipip'],
  [97, 'etherip'],
  [98, 'encap'],
  [103, 'pim'],
  [108, 'ipcomp'],
  [112, 'vrrp'],
  [115, 'l2tp'],
  [124, 'isis'],
  [132, 'sctp'],
  [133, 'fc'],
  [135, 'mobility-header', 'ipv6-mh', 'mh'],
  [136, 'udplite'],
  [137, 'mpls-in-ip'],
  [138, 'manet'],
  [139, 'hip'],
  [140, 'shim6'],
  [141, 'wesp'],
  [142, 'rohc'],
];
const BY_NAME = new Map<string, number>(PROTOCOL_NAMES.flatMap(([number, ...names]) => names.map((name) => [name, number] as const)));
const BY_NUMBER = new Map<number, string>(PROTOCOL_NAMES.map(([number, name]) => [number, name]));

/** `tcp`, `6`, `all` (0) */
export const protocol: Shape<number> = {
  rule: 'protocol',
  decode: (parts) => {
    const name = part(parts, 'protocolName')?.toLowerCase();
    const value = name === undefined ? numberOf(parts.text) : name === 'all' ? 0 : BY_NAME.get(name);
    return value === undefined || value > U8
      ? malformed(`\`${parts.text}\` is not a valid protocol`, 'a name such as `tcp`, or a number from 0 to 255')
      : { value };
  },
  print: (value) => BY_NUMBER.get(value) ?? String(value),
};

export const protocolNumber: Shape<number> = { ...protocol, print: String };

/** `-p` loads a match by the name that was written, or by that of its number: `-p mh` does, `-p 135` finds none.
 *  iptables xshared.c find_proto(); libxtables xtables_find_match() knows the names of ICMPv6 */
export function protocolMatchName(written: string): string | undefined {
  const name = /^\d/.test(written) ? BY_NUMBER.get(numberOf(written)) : written.toLowerCase();
  return name === 'ipv6-icmp' || name === 'icmpv6' ? 'icmp6' : name;
}
