/** Named constants of nftables' types; of several names for a number the first is printed. source: `nft describe` of nftables 1.0.6 */
import { PROTO } from '../../packet/protocol.ts';
import { PROTOCOL_BY_NAME } from '../../packet/protocolNames.ts';

export type Constants = ReadonlyMap<string, number>;

function constants(names: Readonly<Record<string, number>>): Constants {
  return new Map(Object.entries(names));
}

/** Bits of the type ct_state, in the order in which they are printed. */
export const CT_STATE = constants({ invalid: 1, established: 2, related: 4, new: 8, untracked: 0x40 });

export const CT_STATUS_BITS = constants({
  expected: 1,
  'seen-reply': 2,
  assured: 4,
  confirmed: 8,
  snat: 16,
  dnat: 32,
  dying: 0x200,
});

export const CT_DIR = constants({ original: 0, reply: 1 });

export const TCP_FLAG = constants({ fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 });

export const ICMP_TYPE = constants({
  'echo-reply': 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'info-request': 15,
  'info-reply': 16,
  'address-mask-request': 17,
  'address-mask-reply': 18,
});

export const ICMPV6_TYPE = constants({
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'mld-listener-reduction': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'router-renumbering': 138,
  'ind-neighbor-solicit': 141,
  'ind-neighbor-advert': 142,
  'mld2-listener-report': 143,
});

export const ICMP_CODE = constants({
  'net-unreachable': 0,
  'host-unreachable': 1,
  'prot-unreachable': 2,
  'port-unreachable': 3,
  'frag-needed': 4,
  'net-prohibited': 9,
  'host-prohibited': 10,
  'admin-prohibited': 13,
});

export const ICMPV6_CODE = constants({
  'no-route': 0,
  'admin-prohibited': 1,
  'addr-unreachable': 3,
  'port-unreachable': 4,
  'policy-fail': 5,
  'reject-route': 6,
});

export const DSCP_NAMES = constants({
  ...Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`cs${at}`, at * 8])),
  df: 0,
  be: 0,
  lephb: 1,
  ...Object.fromEntries([1, 2, 3, 4].flatMap((group) => [1, 2, 3].map((drop) => [`af${group}${drop}`, group * 8 + drop * 2]))),
  va: 0x2c,
  ef: 0x2e,
});

export const ECN_NAMES = constants({ 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 });

export const PKT_TYPE = constants({ host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 });

export const FIB_ADDRTYPE = constants({
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
});

export const NF_PROTO = constants({ ipv4: 2, ipv6: 10 });

export const ETHER_TYPE = constants({ ip: 0x0800, arp: 0x0806, ip6: 0x86dd, '8021q': 0x8100, '8021ad': 0x88a8, vlan: 0x8100 });

export const BOOLEAN = constants({ exists: 1, missing: 0 });

export const DAY = constants({ Sunday: 0, Monday: 1, Tuesday: 2, Wednesday: 3, Thursday: 4, Friday: 5, Saturday: 6 });

/** source: iproute2 etc/iproute2/rt_realms */
export const REALM = constants({ cosmos: 0 });

/** source: iproute2 etc/iproute2/group */
export const DEVICE_GROUP = constants({ default: 0 });

export const INET_PROTO: Constants = new Map([['ip', 0], ['hopopt', 0], ['comp', PROTO.ipcomp], ...PROTOCOL_BY_NAME]);

export const ARP_OPERATION = constants({ request: 1, reply: 2, rrequest: 3, rreply: 4, inrequest: 8, inreply: 9, nak: 10 });

/** source: nftables src/datatype.c icmpx_code_tbl */
export const ICMPX_CODE = constants({ 'no-route': 0, 'port-unreachable': 1, 'host-unreachable': 2, 'admin-prohibited': 3 });

export const DCCP_TYPE = constants({
  ...{ request: 0, response: 1, data: 2, ack: 3, dataack: 4, closereq: 5, close: 6, reset: 7, sync: 8, syncack: 9 },
});

export const IGMP_TYPE = constants({
  'membership-query': 0x11,
  'membership-report-v1': 0x12,
  'membership-report-v2': 0x16,
  'membership-report-v3': 0x22,
  'leave-group': 0x17,
});

/** Of the mobility header. */
export const MH_TYPE = constants({
  ...{ 'binding-refresh-request': 0, 'home-test-init': 1, 'careof-test-init': 2, 'home-test': 3, 'careof-test': 4 },
  ...{ 'binding-update': 5, 'binding-acknowledgement': 6, 'binding-error': 7, 'fast-binding-update': 8 },
  ...{ 'fast-binding-acknowledgement': 9, 'fast-binding-advertisement': 10, 'experimental-mobility-header': 11 },
  'home-agent-switch-message': 12,
});

export const CT_EVENT = constants({
  ...{ new: 1, related: 2, destroy: 4, reply: 8, assured: 0x10, protoinfo: 0x20, helper: 0x40, mark: 0x80, seqadj: 0x100 },
  ...{ secmark: 0x200, label: 0x400 },
});

/** Of the link layer. */
export const IFACE_TYPE = constants({ ether: 1, ppp: 0x200, ipip: 0x300, ipip6: 0x301, loopback: 0x304, sit: 0x308, ipgre: 0x30a });
